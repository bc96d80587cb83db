/**
 * Names that Windows reserves for devices, also with an extension
 * (learn.microsoft.com/windows/win32/fileio/naming-a-file). The pattern of `name` in the schema has them too.
 */
const deviceName = /^(con|prn|aux|nul|(com|lpt)[0-9])(\.|$)/i;

/** Whether every system can store a file or folder of this name. */
export function isPortableName(name: string): boolean {
  return !/[\\/:*?"<>|\p{Cc}]|[ .]$/u.test(name) && !deviceName.test(name);
}

/** Turns a text into a valid name of a run's folder: 1 to 100 characters, with hyphens for forbidden ones. */
export function folderName(text: string): string {
  const safe = text
    .replaceAll(/[\\/:*?"<>|\p{Cc}]/gu, '-')
    .replaceAll(/^[ .-]+|[ .]+$/g, '')
    .slice(0, 100)
    .replace(/[ .]+$/, '');
  return deviceName.test(safe) ? `run-${safe}` : safe || 'run';
}
