/**
 * The outline of a run file by its lines, indentation and brackets alone. It never fails, and a broken line affects
 * only itself, so the place of the cursor is known while the text is being typed.
 */

/** A range of the text; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * A line. `key`: starts with `key:`; `item`: starts with a dash; `flow`: in brackets that an earlier line opens;
 * `other`: anything else, such as a key without a colon.
 */
export interface Line extends Span {
  readonly kind: 'blank' | 'comment' | 'key' | 'item' | 'flow' | 'other';
  /** Number of leading spaces; for a blank line its length. */
  readonly indent: number;
  /** Includes the quotes. */
  readonly key?: Span & { readonly name: string };
  /** The text after the colon or dash, without surrounding spaces and comments. */
  readonly value?: Span;
}

/** An outermost collection in brackets. */
export interface Region extends Span {
  /** Number of the line that opens it. */
  readonly line: number;
  readonly closed: boolean;
}

export interface Outline {
  readonly lines: readonly Line[];
  readonly regions: readonly Region[];
}

/** A place in a region. */
interface FlowPlace {
  /** Keys and indices from the region to the innermost collection around the place. */
  readonly parent: readonly (string | number)[];
  readonly collection: 'map' | 'list';
  /** Key or index of the item; `undefined` in a map before the colon. */
  readonly step: string | number | undefined;
  /** Offset after the bracket or comma before the item. */
  readonly itemStart: number;
  /** Offset after the colon in a map, if there is one; in a list like `itemStart`. */
  readonly valueStart: number | undefined;
}

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

/** The number of the line that contains an offset. */
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
  const keyEnd = keyEndIn(content, indent);
  if (keyEnd === undefined) return { start, end, kind: 'other', indent };
  const key = { start: start + indent, end: start + keyEnd, name: nameOf(content.slice(indent, keyEnd)) };
  const colon = content.indexOf(':', keyEnd);
  return { start, end, kind: 'key', indent, key, value: valueSpan(text, start + colon + 1, end) };
}

/** The end of the key that starts at an index of a line, before the spaces and the colon; `undefined` if there is none. */
function keyEndIn(line: string, start: number): number | undefined {
  const quoted = /^"(?:[^"\\]|\\.)*"|^'(?:[^']|'')*'/.exec(line.slice(start))?.[0];
  if (quoted) return isColonAfter(line, start + quoted.length) ? start + quoted.length : undefined;
  if (/[\s"'#[\]{},&*!|>%@`-]/.test(line[start] ?? ' ')) return undefined;
  let end = start + 1;
  for (let at = end; at < line.length; at++) {
    const char = line[at];
    if (char === '#' && line[at - 1] === ' ') return undefined;
    if (char === ':' && (line[at + 1] ?? ' ') === ' ') return end;
    if (char !== ' ') end = at + 1;
  }
  return undefined;
}

function isColonAfter(line: string, at: number): boolean {
  return /^ *:(?: |$)/.test(line.slice(at));
}

function indentOf(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && text[at] === ' ') at++;
  return at - start;
}

/** A key or string without its quotes. The closing quote may be missing. */
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

/** The offset of the comment in a part of a line; `end` if there is none. */
export function commentStart(text: string, from: number, end: number): number {
  let quote = '';
  for (let at = from; at < end; at++) {
    const char = text[at] ?? '';
    if (quote) {
      if (char === '\\' && quote === '"') at++;
      else if (char === quote) quote = '';
    } else if ((char === '"' || char === "'") && opensQuote(text, at)) {
      quote = char;
    } else if (char === '#' && (at === 0 || /\s/.test(text[at - 1] ?? ''))) {
      return at;
    }
  }
  return end;
}

/** In a plain value, a quote is an ordinary character. */
function opensQuote(text: string, at: number): boolean {
  return at === 0 || /[\s,:[{-]/.test(text[at - 1] ?? '');
}

/** The offset of the bracket that a line's value starts with. */
function opening(text: string, line: Line): number | undefined {
  const from = line.value?.start ?? (line.kind === 'other' ? line.start + line.indent : undefined);
  if (from === undefined) return undefined;
  const marks = /^(?:[&!]\S* +)*(?=[[{])/.exec(text.slice(from, line.end));
  return marks ? from + marks[0].length : undefined;
}

/**
 * The region that a bracket opens. An unclosed region ends before the first line that is not indented further than the
 * line that opens it.
 */
function regionFrom(text: string, start: number, indent: number, line: number): Region {
  const end = walkFlow(text, start, text.length, {
    newline(at) {
      if (indent < 0) return true;
      const rest = /^( *)([^\s]?)/.exec(text.slice(at + 1, at + 200));
      const [, spaces = '', char = ''] = rest ?? [];
      return char === '' || spaces.length > indent || char === ']' || char === '}';
    },
  });
  return { start, end: end.at, line, closed: end.closed };
}

interface Frame {
  readonly collection: 'map' | 'list';
  /** Key or index in the enclosing collection. */
  readonly step: string | number | undefined;
  index: number;
  itemStart: number;
  /** Offset after the item's last character so far; `undefined` if it has none, or none after its colon. */
  filledTo: number | undefined;
  colon: number | undefined;
  key: string | undefined;
}

interface FlowVisitor {
  /** Called at a line break; `false` ends the walk. */
  newline?(at: number): boolean;
  /** Called where a comma is missing, at a space or line break. */
  missingComma?(at: number): void;
  /** Called for a quoted string that its line does not close. */
  openQuote?(start: number, end: number): void;
  /** Called for each item, with its comma. */
  item?(start: number, end: number): void;
}

/** Walks through a collection in brackets to its end or to `stop`. */
function walkFlow(
  text: string,
  start: number,
  stop: number,
  visitor: FlowVisitor,
): { at: number; closed: boolean; stack: Frame[] } {
  const stack: Frame[] = [];
  for (let at = start; at < stop; at++) {
    const frame = stack.at(-1);
    const char = text[at] ?? '';
    if (char === '[' || char === '{') {
      if (frame) frame.filledTo = at + 1;
      stack.push({
        collection: char === '{' ? 'map' : 'list',
        step: frame && (frame.collection === 'list' ? frame.index : frame.key),
        index: 0,
        itemStart: at + 1,
        filledTo: undefined,
        colon: undefined,
        key: undefined,
      });
    } else if (char === ']' || char === '}') {
      const ended = stack.pop();
      if (ended && !isEmpty(ended)) visitor.item?.(ended.itemStart, at);
      const parent = stack.at(-1);
      if (!parent) return { at: at + 1, closed: true, stack };
      parent.filledTo = at + 1;
    } else if (!frame) {
      return { at, closed: false, stack };
    } else if (char === ',') {
      visitor.item?.(frame.itemStart, at + 1);
      nextItem(frame, at + 1);
    } else if (char === '\n') {
      if (visitor.newline?.(at) === false) return { at, closed: false, stack };
      if (frame.filledTo !== undefined || (frame.colon !== undefined && keyFollows(text, at))) {
        if (!closesOrContinues(text, at)) visitor.missingComma?.(frame.filledTo ?? (frame.colon ?? at) + 1);
        visitor.item?.(frame.itemStart, at);
        nextItem(frame, at + 1);
      }
    } else if (char === '#' && /[\s,[{]/.test(text[at - 1] ?? '')) {
      const newline = text.indexOf('\n', at);
      at = Math.min(newline < 0 ? stop : newline, stop) - 1;
    } else if ((char === '"' || char === "'") && opensQuote(text, at)) {
      const end = quoteEnd(text, at, char);
      if (end.open) visitor.openQuote?.(at, end.at);
      frame.filledTo = end.at;
      at = Math.min(end.at, stop) - 1;
    } else if (char === ':' && frame.collection === 'map' && frame.colon === undefined && isColon(text, at)) {
      frame.colon = at;
      frame.key = nameOf(text.slice(frame.itemStart, at).trim());
      frame.filledTo = undefined;
    } else if (!/\s/.test(char)) {
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

/** Whether the next line closes the brackets or starts with the comma. */
function closesOrContinues(text: string, newline: number): boolean {
  return /^\s*(?:$|[\]},:])/.test(text.slice(newline, newline + 200));
}

/** Whether the next line starts with a key, so that the value before it is missing. */
function keyFollows(text: string, newline: number): boolean {
  return /^\s*(?:"[^"\n]*"|'[^'\n]*'|[\w-]+)\s*:/.test(text.slice(newline, newline + 200));
}

/** A colon separates key and value before a space, and always after a quoted key. */
function isColon(text: string, at: number): boolean {
  return /[\s"'[{,\]}]/.test(text[at + 1] ?? ' ') || /["']/.test(text[at - 1] ?? '');
}

function quoteEnd(text: string, start: number, quote: string): { at: number; open: boolean } {
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at];
    if (char === '\n') return { at: text[at - 1] === '\r' ? at - 1 : at, open: true };
    if (char === '\\' && quote === '"') at++;
    else if (char === quote) return { at: at + 1, open: false };
  }
  return { at: text.length, open: true };
}

/** The place of an offset in a region. */
export function flowPlaceAt(text: string, region: Region, offset: number): FlowPlace | undefined {
  const { stack } = walkFlow(text, region.start, offset, {});
  const frame = stack.at(-1);
  if (!frame) return undefined;
  const isList = frame.collection === 'list';
  return {
    parent: stack.slice(1).map(({ step }) => step ?? ''),
    collection: frame.collection,
    step: isList ? frame.index : frame.key,
    itemStart: frame.itemStart,
    valueStart: isList ? frame.itemStart : frame.colon === undefined ? undefined : frame.colon + 1,
  };
}

/** Missing commas and unclosed quotes in a region. */
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

/** All items of a region and of the brackets in it, each with its comma. */
export function flowItems(text: string, region: Region): Span[] {
  const items: Span[] = [];
  walkFlow(text, region.start, region.end, { item: (start, end) => items.push({ start, end }) });
  return items;
}
