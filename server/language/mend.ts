import type { Document } from 'yaml';
import { parseTree, type Tree } from '../../trainer/config/index.ts';
import { apartFrom } from './excerpt.ts';
import { flowFaults, type Line, lineAt, type Outline, outlineOf, type Span } from './lines.ts';

/** How often the rest of a broken text is read again before it is taken as it is. */
const rounds = 4;

/** What the parser only says at the end of the text and reads rightly none the less. */
const harmless = /must be sufficiently indented|must end with/;

/** A text that the parser understands, and what was wrong with the one that it stands for. */
export interface Mended {
  /**
   * Of the same length as the given text and with every line at its place: half-typed and broken stretches are
   * blank, commas stand where they lack.
   */
  readonly text: string;
  readonly document: Document.Parsed;
  /** What the parser says of the text as it is; where that is broken, perhaps only of what stands around the faults. */
  readonly syntax: Tree;
  /** The lines (from 0) in which something differs, or that open brackets which nothing closes. */
  readonly lines: ReadonlySet<number>;
}

/** Mends a text; a sound one stays as it is. Reads the whole of it once, but where a fault is hard to find. */
export function mend(text: string): Mended {
  const outline = outlineOf(text);
  const { lines } = outline;
  const suspects = suspectsIn(text, outline);
  const syntax = readFaults(text, outline, suspects);
  if (syntax.document.errors.length === 0) {
    return { text, document: syntax.document, syntax, lines: new Set() };
  }
  const mended = new Set<number>();
  let current = text;
  const apply = (spans: readonly Span[], sign = ' ') => {
    const wanted = spans.filter(({ start, end }) => current.slice(start, end).trim() !== '' || sign !== ' ');
    current = replaced(current, wanted, sign);
    for (const { start } of wanted) mended.add(lineAt(lines, start));
  };
  apply(suspects.lines);
  const regions = suspects.lines.length > 0 ? outlineOf(current).regions : outline.regions;
  apply(regions.flatMap((region) => flowFaults(current, region).openQuotes));
  const commas = outlineOf(current).regions.flatMap((region) => flowFaults(current, region).missingCommas);
  apply(commas.map(ofOne), ',');
  // What is in open brackets is not complete yet.
  for (const { line, closed } of outline.regions) if (!closed) mended.add(line);
  let read = parseTree(current);
  for (let round = 1; round < rounds && read.document.errors.some(isHarmful); round++) {
    apply(read.document.errors.filter(isHarmful).map(({ pos }) => faultAt(lines, pos[0])));
    read = parseTree(current);
  }
  const { document } = read;
  // What was wrong stands in `syntax`; what is left here would only keep readers from the rest.
  document.errors.length = 0;
  return { text: current, document, syntax: read.tooDeep === undefined ? syntax : read, lines: mended };
}

/** What looks broken by lines, brackets and quotes; a text with several lines in one value may look so too. */
interface Suspects {
  readonly lines: readonly Span[];
  readonly inBrackets: readonly Span[];
}

function suspectsIn(text: string, outline: Outline): Suspects {
  return {
    lines: brokenLines(text, outline),
    inBrackets: outline.regions.flatMap((region) => {
      const { openQuotes, missingCommas } = flowFaults(text, region);
      const openBrackets = region.closed ? [] : [ofOne(region.start)];
      return [...openBrackets, ...openQuotes, ...missingCommas.map(ofOne)];
    }),
  };
}

/** Reads what stands around the suspects, and the whole text where there is nothing wrong with that. */
function readFaults(text: string, outline: Outline, suspects: Suspects): Tree {
  const all = [...suspects.lines, ...suspects.inBrackets].toSorted((a, b) => a.start - b.start);
  if (all.length > 0) {
    const around = parseTree(replaced(text, apartFrom(text, outline, all), ' '));
    if (around.document.errors.length > 0) return around;
  }
  return parseTree(text);
}

function ofOne(at: number): Span {
  return { start: at, end: at + 1 };
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
function brokenLines(text: string, { lines }: Outline): Span[] {
  const broken: Span[] = [];
  const columns: { indent: number; open: boolean }[] = [];
  for (const line of lines) {
    if (line.kind === 'blank' || line.kind === 'comment' || line.kind === 'flow') continue;
    if (line.kind === 'other') {
      if (!/^[[{]/.test(text.slice(line.start, line.end).trimStart())) broken.push(line);
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
