import { parse, TomlError } from 'smol-toml';
import { type Document, LineCounter, parseDocument, visit } from 'yaml';
import { flattenConfig } from '../config/diff.ts';
import { maximumRunFileBytes } from '../config/index.ts';
import { messageOf } from '../errors/errors.ts';
import { isPlainObject } from '../guards/guards.ts';
import { isKair, kairAsBasicSR } from './kair.ts';

/** The keys of an option file, dotted. Reading a key removes it, so that `rest` lists the keys that were not imported. */
export interface Options {
  /** A number, also one written as a string (YAML 1.1, and so Python, reads `1e-4` as a string). */
  number(key: string): number | undefined;
  text(key: string): string | undefined;
  /** One text, or a list of them. */
  texts(key: string): string[];
  flag(key: string): boolean | undefined;
  /** Whether a value counts as true, as in Python: also a number other than 0. Undefined if there is none. */
  switch(key: string): boolean | undefined;
  numbers(key: string): number[] | undefined;
  /** The names of the keys directly below a key, in the order of the file. */
  names(key: string): string[];
  /** Removes keys with all keys below them. Returns those with a value other than null or false. */
  drop(...keys: readonly string[]): string[];
  /** Whether a key exists, or keys below it. */
  has(key: string): boolean;
  /** The remaining keys with a value other than null or false. */
  rest(): string[];
  /** The name of a key in the file. */
  original(key: string): string;
}

/** The programs with other keys or defaults; all others have BasicSR's. */
export type Program = 'BasicSR' | 'neosr' | 'KAIR';

/** Options, and the keys that the file has twice; `problem` says why there are none. */
type ReadOptions =
  | { readonly options: Options; readonly repeated: readonly string[]; readonly program: Program }
  | { readonly problem: string };

/** Parses an option file: YAML, JSON with comments, or TOML. Of equal keys the last counts, as in BasicSR. */
export function readOptions(text: string): ReadOptions {
  if (text.length > maximumRunFileBytes)
    return { problem: `it is larger than ${maximumRunFileBytes / 1e6} MB` };
  if (isToml(text)) return readToml(text);
  const json = withoutComments(text);
  const yaml = json.trimStart().startsWith('{') ? json : text;
  // BasicSR uses a YAML 1.1 parser, in which `yes` and `on` are booleans.
  const lineCounter = new LineCounter();
  const document = parseDocument(yaml, {
    version: '1.1',
    uniqueKeys: false,
    lineCounter,
    // They quote the text for each of what may be a million errors.
    prettyErrors: false,
  });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    return { problem: `${error.message} at line ${line}, column ${col}` };
  }
  let data: unknown;
  try {
    data = document.toJS();
  } catch (cause) {
    return { problem: messageOf(cause) };
  }
  if (!isPlainObject(data)) return { problem: 'it has no keys at the top level' };
  const values = flattenConfig(withNamedLosses(data));
  const repeated = repeatedKeys(document);
  if (!isKair(values)) return { options: optionsOf(values), repeated, program: 'BasicSR' };
  const renamed = kairAsBasicSR(values);
  return { options: optionsOf(renamed.values, renamed.originals), repeated, program: 'KAIR' };
}

/** neosr's files. */
function readToml(text: string): ReadOptions {
  try {
    const values = flattenConfig(withNamedLosses(parse(text)));
    return { options: optionsOf(values), repeated: [], program: 'neosr' };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [what] = error.message.split('\n');
    return { problem: `${what} at line ${error.line}, column ${error.column}` };
  }
}

/** Whether a text has a section of TOML, such as `[datasets.train]`, and a key with `=`. */
function isToml(text: string): boolean {
  return /^\[\[?[\w.-]+\]\]?\s*(?:#.*)?$/m.test(text) && /^[\w.-]+\s*=/m.test(text);
}

/** JSON with blanks in place of comments, so that positions in messages are right. */
function withoutComments(text: string): string {
  const blank = (comment: string) => comment.replaceAll(/[^\n]/g, ' ');
  return text.replaceAll(/"(?:[^"\\\n]|\\.)*"|\/\/.*|\/\*[\s\S]*?(?:\*\/|$)/g, (part) =>
    part.startsWith('"') ? part : blank(part),
  );
}

function repeatedKeys(document: Document.Parsed): string[] {
  const repeated: string[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        const name = String(key);
        if (seen.has(name)) repeated.push(name);
        seen.add(name);
      }
    },
  });
  return repeated;
}

/** Options with a list of losses as sections by index, and the adversarial one as BasicSR's section. */
function withNamedLosses(data: object): object {
  const train: unknown = 'train' in data ? data.train : undefined;
  if (!isPlainObject(train) || !Array.isArray(train.losses)) return data;
  const isGan = (loss: unknown) => isPlainObject(loss) && /^gan_?loss$/i.test(String(loss.type));
  const gan: unknown = train.losses.find(isGan);
  const others = train.losses.filter((loss) => loss !== gan);
  return {
    ...data,
    train: { ...train, ...(gan ? { gan_opt: gan } : {}), losses: others.length > 0 ? { ...others } : null },
  };
}

function optionsOf(
  values: Map<string, unknown>,
  originals: ReadonlyMap<string, string> = new Map(),
): Options {
  const take = (key: string): unknown => {
    const value = values.get(key);
    values.delete(key);
    return value;
  };
  const below = (key: string) =>
    [...values.keys()].filter((name) => name === key || name.startsWith(`${key}.`));
  // A map is an empty section: all others are flat.
  const hasValue = (value: unknown) =>
    value !== null && value !== undefined && value !== false && !isPlainObject(value);
  return {
    number: (key) => numberOf(take(key)),
    text(key) {
      const value = take(key);
      return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
    },
    texts(key) {
      return [take(key)].flat().filter((value) => typeof value === 'string');
    },
    flag(key) {
      const value = take(key);
      return typeof value === 'boolean' ? value : undefined;
    },
    switch: (key) => (values.has(key) ? Boolean(take(key)) : undefined),
    numbers(key) {
      const value = take(key);
      if (!Array.isArray(value)) return undefined;
      return value.flatMap((item: unknown) => numberOf(item) ?? []);
    },
    names(key) {
      const parts = below(key).flatMap((name) => name.slice(key.length + 1).split('.')[0] || []);
      return [...new Set(parts)];
    },
    drop: (...keys) => keys.flatMap((key) => below(key).filter((name) => hasValue(take(name)))),
    has: (key) => below(key).length > 0,
    original: (key) => originals.get(key) ?? key,
    rest: () => [...values].flatMap(([key, value]) => (hasValue(value) ? key : [])),
  };
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
