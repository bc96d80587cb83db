import { type Document, LineCounter, parseDocument, visit } from 'yaml';
import { flattenConfig } from '../../trainer/config/diff.ts';
import { maximumRunFileBytes } from '../../trainer/config/index.ts';
import { messageOf } from '../../trainer/errors/errors.ts';
import { isPlainObject } from '../../trainer/guards/guards.ts';

/** The keys of an option file, dotted. Reading a key removes it, so that `rest` lists the keys that were not imported. */
export interface Options {
  /** A number, also one written as a string (YAML 1.1, and so Python, reads `1e-4` as a string). */
  number(key: string): number | undefined;
  text(key: string): string | undefined;
  /** One text, or a list of them. */
  texts(key: string): string[];
  flag(key: string): boolean | undefined;
  numbers(key: string): number[] | undefined;
  /** The names of the keys directly below a key, in the order of the file. */
  names(key: string): string[];
  /** Removes keys with all keys below them. Returns those with a value other than null or false. */
  drop(...keys: readonly string[]): string[];
  /** Whether a key exists, or keys below it. */
  has(key: string): boolean;
  /** The remaining keys with a value other than null or false. */
  rest(): string[];
}

/** Options, and the keys that the file has twice; `problem` says why there are none. */
type ReadOptions =
  | { readonly options: Options; readonly repeated: readonly string[] }
  | { readonly problem: string };

/** Parses an option file. Of equal keys the last counts, as in BasicSR; JSON may have comments. */
export function readOptions(text: string): ReadOptions {
  if (text.length > maximumRunFileBytes)
    return { problem: `it is larger than ${maximumRunFileBytes / 1e6} MB` };
  if (isToml(text)) return { problem: 'it is TOML, which is not supported; convert it to YAML or JSON' };
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
  return { options: optionsOf(flattenConfig(withNamedLosses(data))), repeated: repeatedKeys(document) };
}

/** Whether a text has a section of TOML, such as `[datasets.train]`, and a key with `=`. */
function isToml(text: string): boolean {
  return /^\[[\w.-]+\]\s*$/m.test(text) && /^[\w.-]+\s*=/m.test(text);
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

/** The sections of BasicSR for the losses that newer programs have in a list, by type in lower case. */
const lossSections = new Map([
  ['l1loss', { key: 'pixel_opt', type: 'L1Loss' }],
  ['mseloss', { key: 'pixel_opt', type: 'MSELoss' }],
  ['perceptualloss', { key: 'perceptual_opt', type: 'PerceptualLoss' }],
  ['ganloss', { key: 'gan_opt', type: 'GANLoss' }],
]);

/** Options with a list of losses as sections; others remain in `losses` by type, with their weight. */
function withNamedLosses(data: object): object {
  const train: unknown = 'train' in data ? data.train : undefined;
  if (!isPlainObject(train) || !Array.isArray(train.losses)) return data;
  const sections: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  for (const [i, loss] of train.losses.entries()) {
    const { type = i, loss_weight = 1 } = isPlainObject(loss) ? loss : {};
    const section = lossSections.get(String(type).toLowerCase());
    if (section && !(section.key in sections)) sections[section.key] = { ...loss, type: section.type };
    else if (loss_weight !== 0) others[String(type)] = loss_weight;
  }
  return {
    ...data,
    train: { ...train, ...sections, losses: Object.keys(others).length > 0 ? others : null },
  };
}

function optionsOf(values: Map<string, unknown>): Options {
  const take = (key: string): unknown => {
    const value = values.get(key);
    values.delete(key);
    return value;
  };
  const below = (key: string) =>
    [...values.keys()].filter((name) => name === key || name.startsWith(`${key}.`));
  const hasValue = (value: unknown) => value !== null && value !== undefined && value !== false;
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
    rest: () => [...values].flatMap(([key, value]) => (hasValue(value) ? key : [])),
  };
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
