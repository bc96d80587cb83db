import { type CodeAction, CodeActionKind, type Range, TextEdit } from 'vscode-languageserver-types';
import { isMap, isScalar, visit } from 'yaml';
import type { Problem } from '../../trainer/config/index.ts';
import { plainText } from '../../trainer/format/markup.ts';
import { convertToYaml } from './convert-to-yaml.ts';
import { diagnosticOf, findProblems, rangeOf } from './diagnose.ts';
import { openDocument, type RunDocument } from './document.ts';
import type { Fix } from './fixes/fix.ts';
import { quickFixes } from './fixes/registry.ts';
import type { Edit } from './insert.ts';
import type { Span } from './lines.ts';

/** The kind of the action that fixes everything at once; editors run it on save. */
export const fixAllKind = `${CodeActionKind.SourceFixAll}.esrgan`;

/** Quick fixes for the problems in a range, then the actions for the whole file. */
export function codeActions(document: RunDocument, range: Range): CodeAction[] {
  const problems = findProblems(document);
  const quick = problems
    .filter((problem) => touches(rangeOf(problem), range))
    .flatMap((problem) => quickFixActions(document, problem));
  return [...quick, ...fixAll(document, problems), ...convertToYaml(document, problems)];
}

function touches(a: Range, b: Range): boolean {
  const isBefore = (one: Range, other: Range) =>
    one.end.line < other.start.line ||
    (one.end.line === other.start.line && one.end.character < other.start.character);
  return !isBefore(a, b) && !isBefore(b, a);
}

function quickFixActions(document: RunDocument, problem: Problem): CodeAction[] {
  const fixes = fixesFor(document, problem);
  const preferred = preferredOf(document, problem, fixes);
  return fixes.map((fix) => ({
    title: plainText(fix.title),
    kind: CodeActionKind.QuickFix,
    ...(preferred.includes(fix) && { isPreferred: true }),
    diagnostics: [diagnosticOf(document, problem)],
    edit: { changes: { [document.uri]: fix.edits.map((edit) => textEdit(document, edit)) } },
  }));
}

function fixesFor(document: RunDocument, problem: Problem): Fix[] {
  return quickFixes
    .filter(({ codes }) => codes.includes(problem.code))
    .flatMap((quickFix) => quickFix.fixes(document, problem));
}

/**
 * The clear fixes of a problem that no other clear fix contradicts. Beside a syntax error, which hides parts of the text,
 * only fixes of the syntax are clear.
 */
function preferredOf(document: RunDocument, problem: Problem, fixes: readonly Fix[]): Fix[] {
  if (problem.code !== 'syntax' && hasSyntaxErrors(document)) return [];
  const clear = fixes.filter(({ isClear }) => isClear);
  return clear.filter((fix) => clear.every((other) => other === fix || areApart(fix.edits, other.edits)));
}

/** Applies the preferred fix of every problem; of fixes that overlap or add the same key, the first. */
function fixAll(document: RunDocument, problems: readonly Problem[]): CodeAction[] {
  const accepted: Edit[] = [];
  const added = new Set<string>();
  for (const problem of problems) {
    const [fix] = preferredOf(document, problem, fixesFor(document, problem));
    const key = fix?.adds && JSON.stringify(fix.adds);
    if (!fix || !areApart(fix.edits, accepted) || (key && added.has(key))) continue;
    accepted.push(...fix.edits);
    if (key) added.add(key);
  }
  const sorted = accepted.toSorted((a, b) => a.start - b.start || a.end - b.end);
  if (sorted.length === 0 || !isHarmless(document, problems, sorted)) return [];
  const edits = sorted.map((edit) => textEdit(document, edit));
  return [
    {
      title: 'Fix all problems with one clear fix',
      kind: fixAllKind,
      edit: { changes: { [document.uri]: edits } },
    },
  ];
}

/** Whether sorted edits lose no key that has a value, and make nothing invalid. They may be applied unseen, on save. */
function isHarmless(document: RunDocument, problems: readonly Problem[], edits: readonly Edit[]): boolean {
  const starts = [0, ...edits.map(({ end }) => end)];
  const text = starts
    .map((start, i) => document.text.slice(start, edits[i]?.start) + (edits[i]?.newText ?? ''))
    .join('');
  const after = openDocument(text, document.file, document.uri);
  const left = findProblems(after);
  const isWorse = ['syntax', 'duplicate-key'].some((code) => countOf(left, code) > countOf(problems, code));
  return !isWorse && valuesIn(after) >= valuesIn(document);
}

function countOf(problems: readonly Problem[], code: string): number {
  return problems.filter((problem) => problem.code === code).length;
}

function hasSyntaxErrors({ syntax }: RunDocument): boolean {
  return syntax.refusal !== undefined || syntax.document.errors.length > 0;
}

/** The number of keys with a value that is not null or a map of other keys. */
function valuesIn({ tree }: RunDocument): number {
  let count = 0;
  visit(tree, {
    Pair(_, { value }) {
      const isEmpty = isScalar(value) ? value.value === null : isMap(value) && value.items.length > 0;
      if (value !== null && !isEmpty) count++;
    },
  });
  return count;
}

/** Two insertions at one place clash: both may write the same section. */
function areApart(some: readonly Span[], others: readonly Span[]): boolean {
  return some.every((a) =>
    others.every((b) => a.start !== b.start && (a.end <= b.start || b.end <= a.start)),
  );
}

/** The edit with the line breaks of the document. */
export function textEdit(document: RunDocument, { newText, ...span }: Edit): TextEdit {
  const lineBreak = document.text.includes('\r\n') ? '\r\n' : '\n';
  return TextEdit.replace(document.rangeOf(span), newText.replaceAll(/\r?\n/g, lineBreak));
}
