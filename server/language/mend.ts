import type { Document } from 'yaml';
import { parseTree, type Tree } from '../../trainer/config/index.ts';
import { flowFaults, type Line, lineAt, type Outline, outlineOf, type Span } from './lines.ts';

/** How often the rest of a broken text is read again before it is taken as it is. */
const rounds = 4;

/** What the parser only says at the end of the text and reads rightly none the less. */
const harmless = /must be sufficiently indented|must end with/;

/**
 * A text that the parser understands, of the same length as the given one and with every line at its place:
 * half-typed and broken stretches are blank, commas stand where they lack. `original` is the tree of the text as
 * it is, `document` that of the mended text, and `mended` the lines (from 0) in which something differs.
 */
export function mend(text: string): {
  text: string;
  original: Tree;
  document: Document.Parsed;
  mended: ReadonlySet<number>;
} {
  const mended = new Set<number>();
  const original = parseTree(text);
  let { document } = original;
  if (document.errors.length === 0) return { text, original, document, mended };
  let current = text;
  const { lines } = outlineOf(text);
  const apply = (spans: readonly Span[], sign = ' ') => {
    const wanted = spans.filter(({ start, end }) => current.slice(start, end).trim() !== '' || sign !== ' ');
    current = replaced(current, wanted, sign);
    for (const { start } of wanted) mended.add(lineAt(lines, start));
  };
  apply(brokenLines(current));
  apply(outlineOf(current).regions.flatMap((region) => flowFaults(current, region).openQuotes));
  const commas = outlineOf(current).regions.flatMap((region) => flowFaults(current, region).missingCommas);
  apply(
    commas.map((at) => ({ start: at, end: at + 1 })),
    ',',
  );
  for (let round = 0; round < rounds; round++) {
    document = parseTree(current).document;
    if (!isBroken(document)) break;
    apply(document.errors.filter(isHarmful).map(({ pos }) => faultAt(lines, pos[0])));
  }
  // What was wrong stands in `original`; what is left here would only keep readers from the rest.
  document.errors.length = 0;
  return { text: current, original, document, mended };
}

function isBroken(document: Document.Parsed): boolean {
  return document.errors.some(isHarmful);
}

function isHarmful({ message }: { readonly message: string }): boolean {
  return !harmless.test(message);
}

function replaced(text: string, spans: readonly Span[], sign: string): string {
  let result = '';
  let done = 0;
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start < done) continue;
    result += text.slice(done, start) + sign.repeat(end - start);
    done = end;
  }
  return result + text.slice(done);
}

/** Lines of block style that fit nowhere, and values that cannot stand behind a key. */
function brokenLines(text: string): Span[] {
  const broken: Span[] = [];
  const { lines }: Outline = outlineOf(text);
  const columns: { indent: number; open: boolean }[] = [];
  for (const line of lines) {
    if (line.kind === 'blank' || line.kind === 'comment' || line.kind === 'flow') continue;
    if (line.kind === 'other') {
      if (!/^[[{]/.test(text.slice(line.start).trimStart())) broken.push(line);
      continue;
    }
    const value = line.value ? text.slice(line.value.start, line.value.end) : '';
    while ((columns.at(-1)?.indent ?? -1) > line.indent) columns.pop();
    const around = columns.at(-1);
    if (around && around.indent < line.indent && !around.open) {
      broken.push(line);
      continue;
    }
    if (around?.indent !== line.indent) columns.push({ indent: line.indent, open: value === '' });
    else around.open = value === '';
    if (line.value && cannotStand(value)) broken.push(line.value);
  }
  return broken;
}

function cannotStand(value: string): boolean {
  const quote = value[0];
  if (quote === '"' || quote === "'") return value.length < 2 || !value.endsWith(quote);
  return /^[@`%*\]}]|^[^[{"'].*:(?: |$)/.test(value) && !/^\*\w/.test(value);
}

/** The value in which an error lies, or its whole line. */
function faultAt(lines: readonly Line[], offset: number): Span {
  const line = lines[lineAt(lines, offset)] ?? { start: offset, end: offset };
  return 'value' in line && line.value && line.value.start <= offset && line.value.end > offset
    ? line.value
    : { start: line.start, end: line.end };
}
