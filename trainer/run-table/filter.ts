import { type Cell, type Column, isEmpty, isNumeric, numberOf, type Row } from './table.ts';
import { unknownColumn } from './unknown-column.ts';

/**
 * Filter expressions over the columns of the table: `psnr_y > 29 and (generator.type = compact or tags has paper)`.
 *
 *     expression  = conjunction { "or" conjunction }
 *     conjunction = negation { "and" negation }
 *     negation    = "not" negation | "(" expression ")" | column [ operator value ]
 *
 * A column alone has to be true or false. Names and values with spaces or signs are in double quotes. The value `none` is
 * that of empty cells.
 */

/** What is wrong with an expression: a message, and the characters that it is about. */
export interface FilterProblem {
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

export type Filter = (row: Row) => boolean;

export type ParsedFilter =
  | { readonly filter: Filter; readonly problem?: undefined }
  | { readonly filter?: undefined; readonly problem: FilterProblem };

interface Token {
  readonly kind: 'word' | 'quoted' | 'operator' | 'bracket' | 'end' | 'wrong';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const comparisons = ['=', '!=', '>', '>=', '<', '<='] as const;
const operators = [...comparisons, '~', '!~', 'has'] as const;
type Operator = (typeof operators)[number];

const keywords = ['and', 'or', 'not'];

/** Which operators the cells of a column allow. */
export function operatorsOf(column: Column): readonly Operator[] {
  if (isNumeric(column)) return comparisons;
  if (column.kind === 'boolean') return ['=', '!='];
  return column.kind === 'list' ? ['has', '=', '!='] : ['=', '!=', '~', '!~'];
}

/** Parses an expression; an empty one lets every row pass. */
export function parseFilter(text: string, columns: readonly Column[]): ParsedFilter {
  const tokens = tokenize(text);
  if (tokens[0]?.kind === 'end') return { filter: () => true };
  try {
    return { filter: parseTokens(tokens, columns) };
  } catch (error) {
    if (error instanceof SyntaxProblem) return { problem: error.problem };
    throw error;
  }
}

/** Ends the parsing of an expression; never leaves this file. */
class SyntaxProblem extends Error {
  readonly problem: FilterProblem;
  constructor({ start, end }: Pick<Token, 'start' | 'end'>, message: string) {
    super(message);
    this.problem = { start, end, message: `Character ${start + 1}: ${message}` };
  }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s+|"(?:[^"\\]|\\.)*"|[()]|!=|>=|<=|!~|[=<>~]|[^\s"()=<>~!]+|./gsu;
  for (const match of text.matchAll(pattern)) {
    const [found] = match;
    if (found.trim() === '') continue;
    const [start, end] = [match.index, match.index + found.length];
    if (found === '(' || found === ')') tokens.push({ kind: 'bracket', text: found, start, end });
    else if (/^[!=<>~]/.test(found)) {
      const kind = found === '!' ? 'wrong' : 'operator';
      tokens.push({ kind, text: found, start, end });
    } else if (found.length > 1 && found.startsWith('"'))
      tokens.push({ kind: 'quoted', text: found.slice(1, -1).replace(/\\(.)/gs, '$1'), start, end });
    else if (found === '"') {
      tokens.push({ kind: 'wrong', text: text.slice(start), start, end: text.length });
      break;
    } else tokens.push({ kind: found === 'has' ? 'operator' : 'word', text: found, start, end });
  }
  return [...tokens, { kind: 'end', text: '', start: text.length, end: text.length }];
}

function parseTokens(tokens: readonly Token[], columns: readonly Column[]): Filter {
  let at = 0;
  const end: Token = { kind: 'end', text: '', start: 0, end: 0 };
  const peek = () => tokens[at] ?? end;
  const next = () => {
    const token = peek();
    at++;
    return token;
  };
  const isKeyword = (word: string) => peek().kind === 'word' && peek().text.toLowerCase() === word;

  const disjunction = (): Filter => {
    const parts = [conjunction()];
    while (isKeyword('or')) {
      next();
      parts.push(conjunction());
    }
    return parts.length === 1 && parts[0] ? parts[0] : (row) => parts.some((part) => part(row));
  };
  const conjunction = (): Filter => {
    const parts = [negation()];
    while (isKeyword('and')) {
      next();
      parts.push(negation());
    }
    return parts.length === 1 && parts[0] ? parts[0] : (row) => parts.every((part) => part(row));
  };
  const negation = (): Filter => {
    if (isKeyword('not')) {
      next();
      const part = negation();
      return (row) => !part(row);
    }
    if (peek().text === '(' && peek().kind === 'bracket') {
      next();
      const inner = disjunction();
      const closing = next();
      if (closing.text !== ')' || closing.kind !== 'bracket')
        throw new SyntaxProblem(closing, `${found(closing)}. Expected \`and\`, \`or\` or \`)\`.`);
      return inner;
    }
    return comparison();
  };
  const comparison = (): Filter => {
    const name = next();
    if ((name.kind !== 'word' && name.kind !== 'quoted') || keywords.includes(name.text.toLowerCase()))
      throw new SyntaxProblem(name, `${found(name)}. Expected a column, \`not\` or \`(\`.`);
    const index = columns.findIndex(({ key }) => key === name.text);
    const column = columns[index];
    if (column === undefined) throw new SyntaxProblem(name, unknownColumn(name.text, columns));
    const operator = peek();
    if (operator.kind !== 'operator') {
      if (column.kind === 'boolean') return ({ cells }) => cells[index] === true;
      const expected = operatorsOf(column).join(', ');
      throw new SyntaxProblem(
        operator,
        `${found(operator)}. Expected an operator after ${name.text}: ${expected}.`,
      );
    }
    next();
    const known = operatorsOf(column).find((each) => each === operator.text);
    if (known === undefined) {
      const expected = operatorsOf(column).join(', ');
      throw new SyntaxProblem(
        operator,
        `${found(operator)}. ${name.text} is ${kindWords[column.kind]}, which allows ${expected}.`,
      );
    }
    const value = next();
    if (value.kind !== 'word' && value.kind !== 'quoted')
      throw new SyntaxProblem(value, `${found(value)}. Expected ${valueWords[column.kind]}.`);
    return compile(index, column, known, value);
  };

  const filter = disjunction();
  const rest = peek();
  if (rest.kind !== 'end') throw new SyntaxProblem(rest, `${found(rest)}. Expected \`and\` or \`or\`.`);
  return filter;
}

function found({ kind, text }: Token): string {
  if (kind === 'end') return 'the expression ends here';
  if (kind === 'wrong' && text.startsWith('"')) return `the quotation mark of ${text} has no second one`;
  return `found \`${text}\``;
}

const kindWords: Readonly<Record<Column['kind'], string>> = {
  text: 'text',
  number: 'a number',
  fraction: 'a fraction',
  boolean: 'true or false',
  time: 'a time',
  duration: 'a duration',
  list: 'a list',
};

const valueWords: Readonly<Record<Column['kind'], string>> = {
  text: 'a text, or `none`; one with spaces in double quotes',
  number: 'a number such as 29.5 or 1e-4, or `none`',
  fraction: 'a fraction such as 0.5 or 50%, or `none`',
  boolean: '`true` or `false`',
  time: 'a date such as 2030-01-31 or 2030-01-31T12:00, or `none`',
  duration: 'a duration such as 90s, 30min, 2h or 3d, or `none`',
  list: 'a text, or `none`; one with spaces in double quotes',
};

/** The test of one cell. Only `none` and `!=` are true of empty cells. */
function compile(index: number, column: Column, operator: Operator, token: Token): Filter {
  const isNone = token.kind === 'word' && token.text === 'none';
  if (isNone) {
    if (operator !== '=' && operator !== '!=')
      throw new SyntaxProblem(token, '`none` can only be compared with = and !=.');
    return ({ cells }) => isEmpty(cells[index]) === (operator === '=');
  }
  const test = column.kind === 'boolean' ? booleanTest(column, operator, token) : undefined;
  const matches =
    test ?? (isNumeric(column) ? numberTest(column, operator, token) : textTest(operator, token.text));
  return ({ cells }) => matches(cells[index] ?? null);
}

function booleanTest(column: Column, operator: Operator, token: Token): (cell: Cell) => boolean {
  if (token.text !== 'true' && token.text !== 'false')
    throw new SyntaxProblem(token, `found \`${token.text}\`. ${column.key} is \`true\` or \`false\`.`);
  const wanted = token.text === 'true';
  return (cell) => (cell === wanted) === (operator === '=');
}

function numberTest(column: Column, operator: Operator, token: Token): (cell: Cell) => boolean {
  const wanted = parseNumber(column.kind, token.text);
  if (wanted === undefined)
    throw new SyntaxProblem(
      token,
      `found \`${token.text}\`. ${column.key} is ${kindWords[column.kind]}: write ${valueWords[column.kind]}.`,
    );
  return (cell) => {
    const value = numberOf(cell);
    if (value === undefined) return operator === '!=';
    switch (operator) {
      case '=':
        return value === wanted;
      case '!=':
        return value !== wanted;
      case '>':
        return value > wanted;
      case '>=':
        return value >= wanted;
      case '<':
        return value < wanted;
      default:
        return value <= wanted;
    }
  };
}

const unitSeconds: Readonly<Record<string, number>> = { '': 1, s: 1, min: 60, h: 3600, d: 86_400 };

function parseNumber(kind: Column['kind'], text: string): number | undefined {
  if (kind === 'time') {
    if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?)?$/.test(text)) return undefined;
    const time = Date.parse(text);
    return Number.isNaN(time) ? undefined : time;
  }
  const [, digits = '', unit = ''] =
    /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%|s|min|h|d)?$/i.exec(text) ?? [];
  if (digits === '') return undefined;
  const value = Number(digits);
  // Seconds or hours? Only zero is the same in both.
  if (kind === 'duration' && unit === '' && value !== 0) return undefined;
  if (unit === '%') return kind === 'fraction' ? value / 100 : undefined;
  if (unit !== '' && kind !== 'duration') return undefined;
  return value * (unitSeconds[unit] ?? 1);
}

function textTest(operator: Operator, text: string): (cell: Cell) => boolean {
  const wanted = text.toLowerCase();
  const isEqual = (cell: Cell) => typeof cell !== 'object' && String(cell).toLowerCase() === wanted;
  const isIn = (cell: Cell) =>
    Array.isArray(cell) && cell.some((each) => String(each).toLowerCase() === wanted);
  switch (operator) {
    case '=':
      return (cell) => isEqual(cell) || (isIn(cell) && Array.isArray(cell) && cell.length === 1);
    case '!=':
      return (cell) => !isEqual(cell) && !(isIn(cell) && Array.isArray(cell) && cell.length === 1);
    case 'has':
      return isIn;
    case '!~':
      return (cell) => !(typeof cell === 'string' && cell.toLowerCase().includes(wanted));
    default:
      return (cell) => typeof cell === 'string' && cell.toLowerCase().includes(wanted);
  }
}

/** A name or value as it is written in an expression. */
export function quoted(text: string): string {
  const isPlain =
    /^[^\s"()=<>~!]+$/u.test(text) && ![...keywords, 'has', 'none'].includes(text.toLowerCase());
  return isPlain ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** What can be written at a position of an expression. */
export interface Completion {
  /** The characters that an item replaces. */
  readonly start: number;
  readonly end: number;
  /** Texts as they are written, the best first. */
  readonly items: readonly string[];
}

const maximumItems = 50;

/** The values of a column with more numbers are no items. */
const maximumNumbers = 12;

/**
 * The columns, operators, values or words that fit at a position of an expression.
 *
 * @param rows whose values are offered
 */
export function completeFilter(
  text: string,
  position: number,
  columns: readonly Column[],
  rows: readonly Row[],
): Completion {
  const before = tokenize(text.slice(0, position)).filter(({ kind }) => kind !== 'end');
  const last = before.at(-1);
  // The word at the cursor is replaced; after a space a new one begins.
  const isInside =
    last !== undefined && last.end === position && last.kind !== 'bracket' && last.kind !== 'quoted';
  const current = isInside ? last : undefined;
  const tokens = isInside ? before.slice(0, -1) : before;
  const typed = (current?.text ?? '').replace(/^"/, '').toLowerCase();
  const candidates = expectedAfter(tokens, columns, rows);
  const items = candidates
    .map((item) => ({ item, place: item.toLowerCase().replace(/^"/, '').indexOf(typed) }))
    .filter(({ place, item }) => place >= 0 && item.toLowerCase() !== typed)
    .sort((a, b) => Number(a.place > 0) - Number(b.place > 0))
    .map(({ item }) => item);
  return { start: current?.start ?? position, end: position, items: items.slice(0, maximumItems) };
}

function expectedAfter(tokens: readonly Token[], columns: readonly Column[], rows: readonly Row[]): string[] {
  const last = tokens.at(-1);
  const isStart =
    last === undefined ||
    last.text === '(' ||
    (last.kind === 'word' &&
      keywords.includes(last.text.toLowerCase()) &&
      tokens.at(-2)?.kind !== 'operator');
  if (isStart) return [...columns.map(({ key }) => quoted(key)), 'not', '('];
  if (last.kind === 'operator') {
    const index = columns.findIndex(({ key }) => key === tokens.at(-2)?.text);
    const column = columns[index];
    return column === undefined ? [] : valuesOf(index, column, rows);
  }
  const isName = tokens.at(-2)?.kind !== 'operator' && last.kind !== 'bracket';
  const column = isName ? columns.find(({ key }) => key === last.text) : undefined;
  if (column === undefined) return isName ? [] : ['and', 'or', ')'];
  return column.kind === 'boolean' ? ['and', 'or', ...operatorsOf(column)] : [...operatorsOf(column)];
}

/** The values of a column that can be compared with, each once. */
function valuesOf(index: number, column: Column, rows: readonly Row[]): string[] {
  if (column.kind === 'boolean') return ['true', 'false'];
  if (isNumeric(column) && column.kind !== 'number') return ['none'];
  const values = new Set<string>();
  for (const { cells } of rows) {
    const cell = cells[index];
    if (isEmpty(cell)) continue;
    for (const value of Array.isArray(cell) ? cell : [cell]) values.add(quoted(String(value)));
    if (values.size > 4 * maximumItems) break;
  }
  // Those of a setting such as the batch size help, those of a measurement do not.
  if (isNumeric(column) && values.size > maximumNumbers) return ['none'];
  return [...[...values].sort(), 'none'];
}
