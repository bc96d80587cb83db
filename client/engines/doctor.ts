import type { EngineReport } from '../../server/protocol/engines.ts';

/** The doctor's report: every engine, what is missing for it, and which one a run gets. */
export function doctorText({ chosen, engines }: EngineReport): string {
  const lines = engines.map(({ title, available, device, missing }) => {
    const says = available ? (device ?? 'available') : (missing ?? 'not available');
    return `${available ? '✓' : '✗'} ${title.padEnd(10)}  ${wrapped(says, 90).join(`\n${' '.repeat(14)}`)}`;
  });
  return [
    'The engines of this machine, in the order in which `engine: auto` tries them',
    '',
    ...lines,
    '',
    `A run with \`engine: auto\` gets ${engines.find(({ name }) => name === chosen)?.title}.`,
    '',
  ].join('\n');
}

/** A text in lines of at most `columns` characters, where its words allow that. */
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

/** What the language status shows of the engine that the run of the open file would get. */
export interface EngineStatus {
  readonly text: string;
  readonly detail: string;
  readonly isMissing: boolean;
}

/** `asked` is the run file's `engine`. */
export function engineStatus({ chosen, engines }: EngineReport, asked: string): EngineStatus {
  const name = asked === 'auto' ? chosen : asked;
  const engine = engines.find((each) => each.name === name);
  if (engine === undefined) {
    return { text: asked, detail: 'no such engine', isMissing: true };
  }
  if (!engine.available) {
    return {
      text: `${engine.title} is missing`,
      detail: engine.missing ?? 'not on this machine',
      isMissing: true,
    };
  }
  return {
    text: engine.title,
    detail: `${engine.device ?? 'available'}: the engine of a run`,
    isMissing: false,
  };
}

/** The engine that the text of a run file asks for, YAML or JSON; `auto` where it leaves that open. */
export function askedEngine(text: string): string {
  const found = /^engine\s*:\s*["']?([\w-]+)|^\s*"engine"\s*:\s*"([\w-]+)"/m.exec(text);
  return found?.[1] ?? found?.[2] ?? 'auto';
}
