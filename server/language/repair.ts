import type { Document } from 'yaml';
import { maximumRunFileBytes, parseTree, type Tree } from '../../trainer/config/index.ts';
import { unaffectedEntries } from './excerpt.ts';
import { flowFaults, type Line, lineAt, type Outline, outlineOf, type Span } from './lines.ts';

/** How often a text with errors is parsed again, at most. */
const rounds = 4;

/** Errors that the parser reports at the end of the text without misreading anything. */
const harmless = /must be sufficiently indented|must end with/;

/** A text that the parser understands, and the errors of the original text. */
interface RepairedText {
  /**
   * Has the length and the line breaks of the original text. Incomplete and broken parts are blank; missing commas
   * are added.
   */
  readonly text: string;
  readonly document: Document.Parsed;
  /** The original text, parsed. If it has errors, perhaps only the entries around them. */
  readonly syntax: Tree;
  /** The lines (from 0) that were changed, or that open an unclosed bracket. */
  readonly lines: ReadonlySet<number>;
}

/** Repairs a text; one without errors is returned unchanged. Parses the whole text once, unless an error is hard to find. */
export function repair(text: string): RepairedText {
  if (text.length > maximumRunFileBytes) {
    const syntax = parseTree(text);
    return { text, document: syntax.document, syntax, lines: new Set() };
  }
  const outline = outlineOf(text);
  const { lines } = outline;
  const suspects = suspectsIn(text, outline);
  const syntax = parseSuspects(text, outline, suspects);
  if (syntax.document.errors.length === 0) {
    return { text, document: syntax.document, syntax, lines: new Set() };
  }
  const repaired = new Set<number>();
  let current = text;
  const apply = (spans: readonly Span[], char = ' ') => {
    const changed = spans.filter(({ start, end }) => current.slice(start, end).trim() !== '' || char !== ' ');
    current = replaced(current, changed, char);
    for (const { start } of changed) repaired.add(lineAt(lines, start));
  };
  apply(suspects.lines);
  const regions = suspects.lines.length > 0 ? outlineOf(current).regions : outline.regions;
  apply(regions.flatMap((region) => flowFaults(current, region).openQuotes));
  const commas = outlineOf(current).regions.flatMap((region) => flowFaults(current, region).missingCommas);
  apply(commas.map(oneChar), ',');
  // The content of an unclosed bracket is incomplete.
  for (const { line, closed } of outline.regions) if (!closed) repaired.add(line);
  let read = parseTree(current);
  for (let round = 1; round < rounds && read.document.errors.some(isHarmful); round++) {
    apply(read.document.errors.filter(isHarmful).map(({ pos }) => faultAt(lines, pos[0])));
    read = parseTree(current);
  }
  const { document } = read;
  // `syntax` has the errors. Remaining ones here would only prevent using the rest of the document.
  document.errors.length = 0;
  return { text: current, document, syntax: read.refusal ? read : syntax, lines: repaired };
}

/** Parts that look broken by their lines, brackets and quotes. Multi-line values may look broken too. */
interface Suspects {
  readonly lines: readonly Span[];
  readonly inBrackets: readonly Span[];
}

function suspectsIn(text: string, outline: Outline): Suspects {
  return {
    lines: brokenLines(text, outline),
    inBrackets: outline.regions.flatMap((region) => {
      const { openQuotes, missingCommas } = flowFaults(text, region);
      const openBrackets = region.closed ? [] : [oneChar(region.start)];
      return [...openBrackets, ...openQuotes, ...missingCommas.map(oneChar)];
    }),
  };
}

/** Parses the entries around the suspects, or the whole text if those have no errors. */
function parseSuspects(text: string, outline: Outline, suspects: Suspects): Tree {
  const all = [...suspects.lines, ...suspects.inBrackets].toSorted((a, b) => a.start - b.start);
  if (all.length > 0) {
    const around = parseTree(replaced(text, unaffectedEntries(text, outline, all), ' '));
    if (around.document.errors.length > 0) return around;
  }
  return parseTree(text);
}

function oneChar(at: number): Span {
  return { start: at, end: at + 1 };
}

function isHarmful({ message }: { readonly message: string }): boolean {
  return !harmless.test(message);
}

function replaced(text: string, spans: readonly Span[], char: string): string {
  let result = '';
  let done = 0;
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start < done) continue;
    result += text.slice(done, start) + char.repeat(end - start);
    done = end;
  }
  return result + text.slice(done);
}

/** Block-style lines with wrong indentation or without a key, and invalid values. */
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
    const open = hasOnlyProperties(value);
    while ((columns.at(-1)?.indent ?? -1) > line.indent) columns.pop();
    const around = columns.at(-1);
    if (around && around.indent < line.indent && !around.open) {
      broken.push(line);
      continue;
    }
    if (around?.indent !== line.indent) columns.push({ indent: line.indent, open });
    else around.open = open;
    if (line.value && isInvalid(value)) broken.push(line.value);
  }
  return broken;
}

/** Whether a value is empty, or has only an anchor or a tag, so that it continues on the next lines. */
function hasOnlyProperties(value: string): boolean {
  return /^(?:[&!]\S*(?: +|$))*$/.test(value);
}

function isInvalid(value: string): boolean {
  const quote = value[0];
  if (quote === '"' || quote === "'") return value.length < 2 || !value.endsWith(quote);
  return /^[@`%*\]}]|^[^[{"'].*:(?: |$)/.test(value) && !/^\*\w/.test(value);
}

/** The value that contains an error, or else its line. */
function faultAt(lines: readonly Line[], offset: number): Span {
  const line = lines[lineAt(lines, offset)] ?? { start: offset, end: offset };
  return 'value' in line && line.value && line.value.start <= offset && line.value.end > offset
    ? line.value
    : { start: line.start, end: line.end };
}
