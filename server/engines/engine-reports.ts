import { type EnginesReport, isEnginesReport } from '../../trainer/cli-output/reports.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { readCommandJson } from '../command/run-command.ts';
import type { EngineReport } from '../protocol/engines.ts';

/** The engines of this machine, probed once by `esrgan doctor`, and once more with `again`. */
export function createEngineReports(
  programs: () => CommandPrograms,
): (again: boolean) => Promise<EngineReport> {
  let report: Promise<EngineReport> | undefined;
  return (again) => {
    if (again || report === undefined) {
      const probed = readCommandJson(programs(), ['doctor', '--json'], isEnginesReport).then(reportOf);
      report = probed;
      probed.catch(() => {
        if (report === probed) report = undefined;
      });
    }
    return report;
  };
}

function reportOf({ auto, engines }: EnginesReport): EngineReport {
  return {
    chosen: auto,
    engines: engines.map(({ name, title, available, detail, needed }) => ({
      name,
      title,
      available,
      device: available ? detail : null,
      missing: available ? null : `${detail}${/[.!?]$/.test(detail) ? '' : '.'} Needed: ${needed}`,
    })),
  };
}
