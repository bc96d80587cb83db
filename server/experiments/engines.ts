import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { isBoolean, isList, isObject, isOneOf, isString } from '../../trainer/guards/guards.ts';
import type { EngineReport, EngineSummary } from '../protocol/machine.ts';

/** What `esrgan doctor --json` says of an engine. */
interface Finding {
  readonly name: EngineSummary['name'];
  readonly available: boolean;
  readonly detail: string;
  readonly needed: string;
}

const isName = isOneOf(['cuda', 'tensorflow', 'webgpu', 'cpu']);
const isAnswer = isObject<{ engines: readonly Finding[]; auto: EngineSummary['name'] }>({
  engines: isList(
    isObject<Finding>({ name: isName, available: isBoolean, detail: isString, needed: isString }),
  ),
  auto: isName,
});

/** The engines of this machine, asked for once: `again` looks anew. `ask` runs `esrgan doctor --json`. */
export function createEngineReports(ask: () => Promise<unknown>): (again: boolean) => Promise<EngineReport> {
  let report: Promise<EngineReport> | undefined;
  return (again) => {
    if (again || report === undefined) {
      const asked = ask().then(reportOf);
      report = asked;
      asked.catch(() => {
        if (report === asked) report = undefined;
      });
    }
    return report;
  };
}

/** Throws an `internal` error where the answer makes no sense. */
export function reportOf(answer: unknown): EngineReport {
  if (!isAnswer(answer)) {
    throw new WorkbenchError(
      'internal',
      '`esrgan doctor --json` gave an answer of another version. Reinstall the extension.',
    );
  }
  return {
    chosen: answer.auto,
    engines: answer.engines.map(({ name, available, detail, needed }) => ({
      name,
      available,
      device: available ? detail : null,
      missing: available ? null : `${detail}${/[.!?]$/.test(detail) ? '' : '.'} Needed: ${needed}`,
    })),
  };
}
