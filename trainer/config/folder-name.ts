/** A text as the name of a run: what no folder may be called is replaced by hyphens. Never empty, at most 100 long. */
export function folderName(wanted: string): string {
  const safe = wanted
    .replaceAll(/[\\/:*?"<>|\p{Cc}]/gu, '-')
    .replaceAll(/^[ .-]+|[ .]+$/g, '')
    .slice(0, 100)
    .replace(/[ .]+$/, '');
  return safe || 'run';
}
