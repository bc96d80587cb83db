import { isBoolean, isList, isObject, isString } from '../../trainer/guards/guards.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { readCommandJson } from '../command/run-command.ts';
import type { EngineReport } from '../protocol/engines.ts';

interface Finding {
  readonly name: string;
  readonly title: string;
  readonly available: boolean;
  readonly detail: string;
  readonly needed: string;
}

/** The output of `esrgan doctor --json`. */
interface DoctorReport {
  readonly engines: readonly Finding[];
  readonly auto: string;
}

const isDoctorReport = isObject<DoctorReport>({
  engines: isList(
    isObject<Finding>({
      name: isString,
      title: isString,
      available: isBoolean,
      detail: isString,
      needed: isString,
    }),
  ),
  auto: isString,
});

/** The engines of this machine, probed once by `esrgan doctor`, and once more with `again`. */
export function createEngineReports(
  programs: () => CommandPrograms,
): (again: boolean) => Promise<EngineReport> {
  let report: Promise<EngineReport> | undefined;
  return (again) => {
    if (again || report === undefined) {
      const probed = readCommandJson(programs(), ['doctor', '--json'], isDoctorReport).then(reportOf);
      report = probed;
      probed.catch(() => {
        if (report === probed) report = undefined;
      });
    }
    return report;
  };
}

function reportOf({ auto, engines }: DoctorReport): EngineReport {
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
