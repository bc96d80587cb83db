import { isAlias } from 'yaml';
import type { Path, Problem } from '../../../trainer/config/index.ts';
import { inMap } from '../datasets.ts';
import type { RunDocument } from '../document.ts';
import type { Edit } from '../insert.ts';
import { literal } from '../literal.ts';
import type { Fix } from './fix.ts';

/** Replaces the value at a path; no fix if the text has none there, or one whose type a tag such as `!!str` sets. */
export function replaceValue(document: RunDocument, path: Path, value: unknown): Fix[] {
  const { value: node, valueSpan: span } = document.nodeAt(path) ?? {};
  if (!span || node?.tag !== undefined) return [];
  const { text, isJson } = document;
  const quote = isJson ? '"' : (/["']/.exec(text[span.start] ?? '')?.[0] ?? '');
  const newText = literal(value, quote, typeof path.at(-1) === 'number');
  // What is wrong with an alias is its anchor.
  const isClear = !isAlias(node);
  return [{ title: `Change to \`${newText}\``, edits: [{ ...span, newText }], isClear }];
}

/** Replaces the key that a problem marks, in the same quotes. */
export function replaceKey({ text }: RunDocument, { start, end }: Problem, name: string): Fix {
  const quote = /["']/.exec(text[start.offset] ?? '')?.[0] ?? '';
  const edit: Edit = { start: start.offset, end: end.offset, newText: `${quote}${name}${quote}` };
  return { title: `Change to \`${name}\``, edits: [edit], isClear: true };
}

/** The text that a problem marks, without quotes. */
export function markedName({ text }: RunDocument, { start, end }: Problem): string {
  return text.slice(start.offset, end.offset).replaceAll(/["']/g, '');
}

/** The value of the data at a path. */
export function valueAt({ data }: RunDocument, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof step === 'number' ? (Array.isArray(value) ? value[step] : undefined) : inMap(value, step),
    data,
  );
}

/** The list of numbers at a path; `undefined` if it is anything else. */
function numbersAt(document: RunDocument, path: Path): number[] | undefined {
  const value = valueAt(document, path);
  if (!Array.isArray(value)) return undefined;
  const numbers = value.filter((item) => typeof item === 'number');
  return numbers.length === value.length ? numbers : undefined;
}

/** Replaces the list of numbers at a path; no fix if it is anything else. */
export function replaceNumbers(
  document: RunDocument,
  path: Path,
  change: (numbers: number[]) => number[],
): Fix[] {
  const numbers = numbersAt(document, path);
  return numbers ? replaceValue(document, path, change(numbers)) : [];
}
