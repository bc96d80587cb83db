/** Turns a text into a valid name of a run's folder: 1 to 100 characters, with hyphens for forbidden ones. */
export function folderName(text: string): string {
  const safe = text
    .replaceAll(/[\\/:*?"<>|\p{Cc}]/gu, '-')
    .replaceAll(/^[ .-]+|[ .]+$/g, '')
    .slice(0, 100)
    .replace(/[ .]+$/, '');
  return safe || 'run';
}
