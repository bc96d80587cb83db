import { type EnginesReport, isEnginesReport } from '../../trainer/cli-output/reports.ts';
import { findProgram } from '../../trainer/files/programs.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { readCommandJson } from '../command/run-command.ts';
import type { EngineReport } from '../protocol/engines.ts';

/**
 * The engines of this machine, probed once by `esrgan doctor`, and once more with `again` or another Node.js. A failure is
 * kept, too: hints ask while someone types. Until then, each call returns the same promise.
 */
export function createEngineReports(
  programs: () => CommandPrograms,
  probe: (programs: CommandPrograms) => Promise<EngineReport> = probeEngines,
): (again: boolean) => Promise<EngineReport> {
  let last: { readonly node: string; readonly report: Promise<EngineReport> } | undefined;
  return (again) => {
    const now = programs();
    if (again || last?.node !== now.node) last = { node: now.node, report: probe(now) };
    return last.report;
  };
}

/** The number of GPUs among which runs can be divided. Engines take seconds to try: only where there is NVIDIA's driver. */
export async function countDevices(engines: (again: boolean) => Promise<EngineReport>): Promise<number> {
  return findProgram('nvidia-smi') === undefined ? 0 : (await engines(false)).devices.length;
}

async function probeEngines(programs: CommandPrograms): Promise<EngineReport> {
  return reportOf(await readCommandJson(programs, ['doctor', '--json'], isEnginesReport));
}

function reportOf({ auto, engines, devices }: EnginesReport): EngineReport {
  return {
    chosen: auto,
    devices: devices.map(({ name }) => name),
    engines: engines.map(({ name, title, available, detail, needed }) => ({
      name,
      title,
      available,
      device: available ? detail : null,
      missing: available ? null : `${detail}${/[.!?]$/.test(detail) ? '' : '.'} Needed: ${needed}`,
    })),
  };
}
