/** The part of a run file's name behind the run's name. */
const endings = ['.esrgan.yaml', '.esrgan.yml', '.esrgan.json'] as const;

/** Whether a path is that of a run file. */
export function isRunFile(path: string): boolean {
  return endings.some((ending) => path.toLowerCase().endsWith(ending));
}

/** What is wrong with a name for a run, or null. Runs are folders, on every system. */
export function nameProblem(name: string): string | null {
  if (name.trim() === '') return 'A run needs a name: it becomes the name of its folder.';
  if (name.length > 100) return `${name.length} characters: at most 100.`;
  const forbidden = /[\\/:*?"<>|\p{Cc}]/u.exec(name)?.[0];
  if (forbidden !== undefined) return `${JSON.stringify(forbidden)} cannot stand in the name of a folder.`;
  if (/^[ .-]|[ .]$/.test(name)) return 'No space or dot at either end, and no hyphen first.';
  return null;
}

/** A name that is not taken: the given one, or it with the lowest number from 2. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  const base = name.replace(/-\d+$/, '');
  let free = name;
  for (let number = 2; isTaken(free); number += 1) free = `${base}-${number}`;
  return free;
}

/** The text of a run file, YAML or JSON, with another name for the run; one that names none gets none. */
export function withRunName(text: string, name: string): string {
  if (!/^\s*\{/.test(text)) return text.replace(/^name:.*$/m, () => `name: ${yamlText(name)}`);
  try {
    const config: unknown = JSON.parse(text);
    if (typeof config !== 'object' || config === null || !('name' in config)) return text;
    return `${JSON.stringify({ ...config, name }, null, 2)}\n`;
  } catch {
    // The editor shows what is wrong with it, in the copy as in the original.
    return text;
  }
}

/** A text as a YAML scalar, plain where that is surely read as a text. */
function yamlText(text: string): string {
  const isPlain = /^[A-Za-z][\w+-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}

/** A text of another program's with what could not be carried over as comments above it. */
export function withNotes(text: string, notes: readonly string[]): string {
  if (notes.length === 0) return text;
  const lines = notes.map((note) => `#  - ${note.replaceAll(/\s*[\r\n]+\s*/g, ' ')}`);
  return `# Not carried over from the BasicSR options:\n${lines.join('\n')}\n\n${text}`;
}
