import { l10n } from 'vscode';
import type { EngineReport } from '../../server/protocol/engines.ts';

/** The report: every engine with what it is missing, and the one that `engine: auto` selects. */
export function doctorText({ chosen, engines, devices }: EngineReport): string {
  const lines = engines.map(({ title, available, device, missing }) => {
    const says = available ? (device ?? l10n.t('available')) : (missing ?? l10n.t('not available'));
    return `${available ? '✓' : '✗'} ${title.padEnd(10)}  ${wrapped(says, 90).join(`\n${' '.repeat(14)}`)}`;
  });
  return [
    l10n.t('The engines of this machine, in the order in which “engine: auto” tries them'),
    '',
    ...lines,
    '',
    l10n.t('“engine: auto” selects {0}.', engines.find(({ name }) => name === chosen)?.title ?? chosen),
    '',
    ...deviceLines(devices),
  ].join('\n');
}

/** The GPUs that `device` in a run file chooses from; none if there is no choice. */
function deviceLines(devices: readonly string[]): string[] {
  if (devices.length < 2) return [];
  const title = l10n.t('Queued runs are divided among these GPUs; “device” in a run file chooses one:');
  return [title, '', ...devices.map((name, device) => `  device: ${device}  ${name}`), ''];
}

/** Wraps a text at `columns` characters; longer words get lines of their own. */
function wrapped(text: string, columns: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines = [''];
    for (const word of paragraph.split(' ')) {
      const longer = lines.at(-1) === '' ? word : `${lines.at(-1)} ${word}`;
      if (longer.length <= columns || lines.at(-1) === '') lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  });
}

/** The language status of a run file: the engine that its run would use. */
interface EngineStatus {
  readonly text: string;
  readonly detail: string;
  readonly isMissing: boolean;
}

/** `requested` is the `engine` of the run file. */
export function engineStatus({ chosen, engines }: EngineReport, requested: string): EngineStatus {
  const name = requested === 'auto' ? chosen : requested;
  const engine = engines.find((each) => each.name === name);
  if (engine === undefined) {
    return { text: requested, detail: l10n.t('unknown engine'), isMissing: true };
  }
  if (!engine.available) {
    return {
      text: l10n.t('{0} is not available', engine.title),
      detail: engine.missing ?? l10n.t('not available on this machine'),
      isMissing: true,
    };
  }
  return {
    text: engine.title,
    detail: l10n.t('{0}: the engine of this run file', engine.device ?? l10n.t('available')),
    isMissing: false,
  };
}

/** The `engine` in the text of a run file (YAML or JSON); `auto` if it has none. */
export function requestedEngine(text: string): string {
  const found = /^engine\s*:\s*["']?([\w-]+)|^\s*"engine"\s*:\s*"([\w-]+)"/m.exec(text);
  return found?.[1] ?? found?.[2] ?? 'auto';
}
