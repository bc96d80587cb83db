import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { isBoolean, isList, isObject, isString } from '../../trainer/guards/guards.ts';
import type { EngineReport } from '../protocol/machine.ts';

/** An engine in the output of `esrgan doctor --json`. */
interface Finding {
  readonly name: string;
  readonly title: string;
  readonly available: boolean;
  readonly detail: string;
  readonly needed: string;
}

const isAnswer = isObject<{ engines: readonly Finding[]; auto: string }>({
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
    engines: answer.engines.map(({ name, title, available, detail, needed }) => ({
      name,
      title,
      available,
      device: available ? detail : null,
      missing: available ? null : `${detail}${/[.!?]$/.test(detail) ? '' : '.'} Needed: ${needed}`,
    })),
  };
}
