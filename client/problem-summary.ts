import { l10n } from 'vscode';

/** The problems of a run file, as `configError` of the trainer lists them: one line each. */
const problemLine = /^(.+):(\d+):\d+: error: (.+)$/;

/** Characters of a notification that are about two lines. */
const mostCharacters = 200;

/** The text for a notification about errors of a run file; undefined for any other message. */
export function problemSummary(message: string): string | undefined {
  const lines = message.split('\n').map((line) => problemLine.exec(line));
  const [first] = lines;
  if (!first || lines.includes(null)) return undefined;
  const [, file = '', line = '', problem = ''] = first;
  const place = l10n.t('{0}, line {1}: {2}', file, line, problem);
  const text = place.length > mostCharacters ? `${place.slice(0, mostCharacters - 1)}…` : place;
  if (lines.length === 1) return text;
  if (lines.length === 2) return l10n.t('{0} (and 1 more problem)', text);
  return l10n.t('{0} (and {1} more problems)', text, lines.length - 1);
}
