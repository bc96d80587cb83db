/** What is different on Windows, for tests. */
export const isWindows = process.platform === 'win32';

/** The title of a test that is skipped on Windows, with the reason where it is. */
export const unlessWindows = (title: string, reason: string): string =>
  isWindows ? `${title} (skipped: ${reason})` : title;

/**
 * Tests write absolute paths as on Unix, for example `/p/run.esrgan.yaml`. On Windows results name them `\p\run.esrgan.yaml` or,
 * with the current drive, `C:\p\run.esrgan.yaml` (`C:/p` in a pattern). This gives a value with all paths in its texts as tests write them, also
 * those of `file:` addresses.
 */
export function asOnUnix<T>(value: T): T {
  if (!isWindows || value === undefined) return value;
  return JSON.parse(JSON.stringify(value), (_, each) =>
    typeof each === 'string' ? withUnixPaths(each) : each,
  );
}

function withUnixPaths(text: string): string {
  // Segments may have spaces: a path ends before " and C:".
  return text
    .replaceAll(
      /(?<![\w\\:/])(?:[a-z]:)?((?:\\(?!\s)(?:(?! and [a-z]:)[^\\/:"'`<>|\n])+)+)/gi,
      (_, path: string) => path.replaceAll('\\', '/'),
    )
    .replaceAll(/(?<![\w\\:/])[a-z]:(?=\/)/gi, '')
    .replaceAll(/file:\/\/\/[a-z](:|%3A)\//gi, 'file:///');
}
