import { l10n } from 'vscode';

/** The extensions of run files. */
const endings = ['.esrgan.yaml', '.esrgan.yml', '.esrgan.json'] as const;

/** Whether a path is a run file, by its name. */
export function isRunFile(path: string): boolean {
  return endings.some((ending) => path.toLowerCase().endsWith(ending));
}

/** The problem with a name for a run, or null. A run is a folder, also on Windows. */
export function nameProblem(name: string): string | null {
  if (name.trim() === '') return l10n.t('Enter a name. The run file and the run’s folder get this name.');
  if (name.length > 100) return l10n.t('A name has at most 100 characters ({0} entered).', name.length);
  const forbidden = /[\\/:*?"<>|\p{Cc}]/u.exec(name)?.[0];
  if (forbidden !== undefined) return l10n.t('A folder name cannot contain {0}.', JSON.stringify(forbidden));
  if (/^[ .-]|[ .]$/.test(name))
    return l10n.t('A name cannot start with a space, a dot or a hyphen, nor end with a space or a dot.');
  return null;
}
