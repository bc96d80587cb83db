import type { Diagnostic, Range } from 'vscode-languageserver-types';

/**
 * Moves the problems of a text to their places in a changed text. Problems in changed lines may be fixed, so they are
 * dropped.
 */
export function carryOver(problems: readonly Diagnostic[], before: string, after: string): Diagnostic[] {
  if (before === after) return [...problems];
  const [old, now] = [before.split('\n'), after.split('\n')];
  const shorter = Math.min(old.length, now.length);
  let above = 0;
  while (above < shorter && old[above] === now[above]) above++;
  let below = 0;
  while (below < shorter - above && old.at(-1 - below) === now.at(-1 - below)) below++;
  const by = now.length - old.length;

  function moved({ start, end }: Range): Range | undefined {
    if (end.line < above) return { start, end };
    if (start.line < old.length - below) return undefined;
    return { start: { ...start, line: start.line + by }, end: { ...end, line: end.line + by } };
  }

  return problems.flatMap((problem) => {
    const range = moved(problem.range);
    if (!range) return [];
    const related = problem.relatedInformation?.flatMap(({ message, location }) => {
      const there = moved(location.range);
      return there ? [{ message, location: { ...location, range: there } }] : [];
    });
    return [{ ...problem, range, ...(related && { relatedInformation: related }) }];
  });
}
