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

/** A text of another program's with what could not be carried over as comments above it. */
export function withNotes(text: string, notes: readonly string[]): string {
  if (notes.length === 0) return text;
  const lines = notes.map((note) => `#  - ${note.replaceAll(/\s*[\r\n]+\s*/g, ' ')}`);
  return `# Not carried over from the BasicSR options:\n${lines.join('\n')}\n\n${text}`;
}
