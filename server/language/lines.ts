/**
 * The outline of a run file by its lines, indentation and brackets alone. It never fails and a broken line
 * spoils nothing but itself, so it says where a cursor stands while the text around it is half typed.
 */

/** A stretch of the text; `end` is just behind it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * One line of block style. `key`: begins with `key:`; `item`: begins with a dash; `flow`: lies in brackets
 * that an earlier line has opened; `other`: anything else, such as a key without its colon.
 */
export interface Line extends Span {
  readonly kind: 'blank' | 'comment' | 'key' | 'item' | 'flow' | 'other';
  /** Spaces before its first character; for a blank line its length. */
  readonly indent: number;
  /** The name with its quotes. */
  readonly key?: Span & { readonly name: string };
  /** What stands behind the colon or dash, without spaces around it and without a comment. */
  readonly value?: Span;
}

/** A collection in brackets with all that it holds, not itself in another one. */
export interface Region extends Span {
  /** The number of the line that opens it. */
  readonly line: number;
  readonly closed: boolean;
}

export interface Outline {
  readonly lines: readonly Line[];
  readonly regions: readonly Region[];
}

/** A place in brackets: the path from their outermost one, and the item around it. */
export interface FlowPlace {
  /** Keys and indices to the collection that directly holds the place. */
  readonly parent: readonly (string | number)[];
  readonly collection: 'map' | 'list';
  /** Key or index of the item; a map's is `undefined` before a colon is reached. */
  readonly step: string | number | undefined;
  /** Where the item begins: behind the bracket or comma before it. */
  readonly itemStart: number;
  /** Where the item's value begins: behind its colon in a map, where there is one. */
  readonly valueStart: number | undefined;
}

const keyLine =
  /^( *)("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#[\]{},&*!|>%@`-](?:[^:#]|:(?! |$)|(?<! )#)*?) *:(?= |$)/;

/** Reads the outline of a text. */
export function outlineOf(text: string): Outline {
  const lines: Line[] = [];
  const regions: Region[] = [];
  let inside = -1;
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start);
    const next = newline < 0 ? text.length : newline;
    const end = text[next - 1] === '\r' && next > start ? next - 1 : next;
    const line = start < inside ? flowLine(text, start, end) : lineOf(text, start, end);
    const from = start < inside ? undefined : opening(text, line);
    if (from !== undefined) {
      const region = regionFrom(
        text,
        from,
        line.key || line.kind === 'item' ? line.indent : -1,
        lines.length,
      );
      regions.push(region);
      inside = region.end;
    }
    lines.push(line);
    start = next + 1;
  }
  return { lines, regions };
}

/** The number of the line in which an offset lies. */
export function lineAt(lines: readonly Span[], offset: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function flowLine(text: string, start: number, end: number): Line {
  return { start, end, kind: 'flow', indent: indentOf(text, start, end) };
}

function lineOf(text: string, start: number, end: number): Line {
  const content = text.slice(start, end);
  const indent = indentOf(text, start, end);
  const first = content[indent];
  if (content.trim() === '') return { start, end, kind: 'blank', indent: content.length };
  if (first === '#') return { start, end, kind: 'comment', indent };
  if (first === '-' && (content.length === indent + 1 || content[indent + 1] === ' ')) {
    return { start, end, kind: 'item', indent, value: valueSpan(text, start + indent + 1, end) };
  }
  const match = keyLine.exec(content);
  if (!match) return { start, end, kind: 'other', indent };
  const written = match[2] ?? '';
  const key = { start: start + indent, end: start + indent + written.length, name: nameOf(written) };
  return { start, end, kind: 'key', indent, key, value: valueSpan(text, start + match[0].length, end) };
}

function indentOf(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && text[at] === ' ') at++;
  return at - start;
}

/** A key or text without its quotes; the closing one may be missing. */
export function nameOf(written: string): string {
  const quote = written[0];
  if (quote !== '"' && quote !== "'") return written;
  const inner = written.slice(1, written.length > 1 && written.endsWith(quote) ? -1 : undefined);
  return quote === '"' ? inner.replaceAll(/\\(.)/g, '$1') : inner.replaceAll("''", "'");
}

function valueSpan(text: string, from: number, end: number): Span {
  const comment = commentStart(text, from, end);
  const content = text.slice(from, comment);
  const start = from + (content.length - content.trimStart().length);
  return { start, end: Math.max(start, from + content.trimEnd().length) };
}

/** Where the comment of a stretch within one line begins; its end where it has none. */
export function commentStart(text: string, from: number, end: number): number {
  let quote = '';
  for (let at = from; at < end; at++) {
    const sign = text[at] ?? '';
    if (quote) {
      if (sign === '\\' && quote === '"') at++;
      else if (sign === quote) quote = '';
    } else if ((sign === '"' || sign === "'") && opensQuote(text, at)) {
      quote = sign;
    } else if (sign === '#' && (at === 0 || /\s/.test(text[at - 1] ?? ''))) {
      return at;
    }
  }
  return end;
}

/** Within a plain value a quote is a character as any other. */
function opensQuote(text: string, at: number): boolean {
  return at === 0 || /[\s,:[{-]/.test(text[at - 1] ?? '');
}

/** Where a line opens a collection in brackets as its value. */
function opening(text: string, line: Line): number | undefined {
  const from = line.value?.start ?? (line.kind === 'other' ? line.start + line.indent : undefined);
  if (from === undefined) return undefined;
  const marks = /^(?:[&!]\S* +)*(?=[[{])/.exec(text.slice(from, line.end));
  return marks ? from + marks[0].length : undefined;
}

/**
 * The region that a bracket opens. One that is not closed ends before the first line that is indented no
 * further than the line that opened it.
 */
function regionFrom(text: string, start: number, indent: number, line: number): Region {
  const end = walkFlow(text, start, text.length, {
    newline(at) {
      if (indent < 0) return true;
      const rest = /^( *)([^\s]?)/.exec(text.slice(at + 1, at + 200));
      const [, spaces = '', sign = ''] = rest ?? [];
      return sign === '' || spaces.length > indent || sign === ']' || sign === '}';
    },
  });
  return { start, end: end.at, line, closed: end.closed };
}

interface Frame {
  readonly collection: 'map' | 'list';
  /** Where in the collection around it this one stands. */
  readonly around: string | number | undefined;
  index: number;
  itemStart: number;
  /** Behind the item's last character so far; `undefined` while it has none, or none behind its colon. */
  filledTo: number | undefined;
  colon: number | undefined;
  key: string | undefined;
}

interface FlowVisitor {
  /** A line ends; `false` ends the walk. */
  newline?(at: number): boolean;
  /** A comma is missing here, at a space or line break. */
  missingComma?(at: number): void;
  /** A quoted text that its line does not close. */
  openQuote?(start: number, end: number): void;
  /** An item ends, with the comma behind it. */
  item?(start: number, end: number): void;
}

/** Walks over a collection in brackets up to its end, or to `stop`. */
function walkFlow(
  text: string,
  start: number,
  stop: number,
  visitor: FlowVisitor,
): { at: number; closed: boolean; stack: Frame[] } {
  const stack: Frame[] = [];
  for (let at = start; at < stop; at++) {
    const frame = stack.at(-1);
    const sign = text[at] ?? '';
    if (sign === '[' || sign === '{') {
      if (frame) frame.filledTo = at + 1;
      stack.push({
        collection: sign === '{' ? 'map' : 'list',
        around: frame && (frame.collection === 'list' ? frame.index : frame.key),
        index: 0,
        itemStart: at + 1,
        filledTo: undefined,
        colon: undefined,
        key: undefined,
      });
    } else if (sign === ']' || sign === '}') {
      const ended = stack.pop();
      if (ended && !isEmpty(ended)) visitor.item?.(ended.itemStart, at);
      const around = stack.at(-1);
      if (!around) return { at: at + 1, closed: true, stack };
      around.filledTo = at + 1;
    } else if (!frame) {
      return { at, closed: false, stack };
    } else if (sign === ',') {
      visitor.item?.(frame.itemStart, at + 1);
      nextItem(frame, at + 1);
    } else if (sign === '\n') {
      if (visitor.newline?.(at) === false) return { at, closed: false, stack };
      if (frame.filledTo !== undefined || (frame.colon !== undefined && keyFollows(text, at))) {
        if (!closesOrContinues(text, at)) visitor.missingComma?.(frame.filledTo ?? (frame.colon ?? at) + 1);
        visitor.item?.(frame.itemStart, at);
        nextItem(frame, at + 1);
      }
    } else if (sign === '#' && /[\s,[{]/.test(text[at - 1] ?? '')) {
      const newline = text.indexOf('\n', at);
      at = Math.min(newline < 0 ? stop : newline, stop) - 1;
    } else if ((sign === '"' || sign === "'") && opensQuote(text, at)) {
      const end = quoteEnd(text, at, sign);
      if (end.open) visitor.openQuote?.(at, end.at);
      frame.filledTo = end.at;
      at = Math.min(end.at, stop) - 1;
    } else if (sign === ':' && frame.collection === 'map' && frame.colon === undefined && isColon(text, at)) {
      frame.colon = at;
      frame.key = nameOf(text.slice(frame.itemStart, at).trim());
      frame.filledTo = undefined;
    } else if (!/\s/.test(sign)) {
      frame.filledTo = at + 1;
    }
  }
  return { at: stop, closed: false, stack };
}

function isEmpty({ filledTo, colon }: Frame): boolean {
  return filledTo === undefined && colon === undefined;
}

function nextItem(frame: Frame, start: number) {
  if (!isEmpty(frame)) frame.index++;
  frame.itemStart = start;
  frame.filledTo = undefined;
  frame.colon = undefined;
  frame.key = undefined;
}

/** Whether the next line closes the brackets, or begins with the comma that this one lacks. */
function closesOrContinues(text: string, newline: number): boolean {
  return /^\s*(?:$|[\]},:])/.test(text.slice(newline, newline + 200));
}

/** Whether the next line begins with a key, so that a value before it is missing. */
function keyFollows(text: string, newline: number): boolean {
  return /^\s*(?:"[^"\n]*"|'[^'\n]*'|[\w-]+)\s*:/.test(text.slice(newline, newline + 200));
}

/** A colon is one before a space, and behind a quoted key in any case. */
function isColon(text: string, at: number): boolean {
  return /[\s"'[{,\]}]/.test(text[at + 1] ?? ' ') || /["']/.test(text[at - 1] ?? '');
}

function quoteEnd(text: string, start: number, quote: string): { at: number; open: boolean } {
  for (let at = start + 1; at < text.length; at++) {
    const sign = text[at];
    if (sign === '\n') return { at: text[at - 1] === '\r' ? at - 1 : at, open: true };
    if (sign === '\\' && quote === '"') at++;
    else if (sign === quote) return { at: at + 1, open: false };
  }
  return { at: text.length, open: true };
}

/** Where an offset within a region stands. */
export function flowPlaceAt(text: string, region: Region, offset: number): FlowPlace | undefined {
  const { stack } = walkFlow(text, region.start, offset, {});
  const frame = stack.at(-1);
  if (!frame) return undefined;
  const isList = frame.collection === 'list';
  return {
    parent: stack.slice(1).map(({ around }) => around ?? ''),
    collection: frame.collection,
    step: isList ? frame.index : frame.key,
    itemStart: frame.itemStart,
    valueStart: isList ? frame.itemStart : frame.colon === undefined ? undefined : frame.colon + 1,
  };
}

/** What is wrong in a region by its brackets, commas and quotes alone. */
export function flowFaults(
  text: string,
  region: Region,
): { readonly missingCommas: number[]; readonly openQuotes: Span[] } {
  const missingCommas: number[] = [];
  const openQuotes: Span[] = [];
  walkFlow(text, region.start, region.end, {
    missingComma: (at) => missingCommas.push(at),
    openQuote: (start, end) => openQuotes.push({ start, end }),
  });
  return { missingCommas, openQuotes };
}

/** All items of a region and of the brackets in it, each with the comma behind it. */
export function flowItems(text: string, region: Region): Span[] {
  const items: Span[] = [];
  walkFlow(text, region.start, region.end, { item: (start, end) => items.push({ start, end }) });
  return items;
}
