import { type Path, type SchemaNode, sectionWithKeys } from '../../trainer/config/index.ts';
import { namesDataset } from './datasets.ts';
import { literal } from './literal.ts';
import { isSection, typesOf } from './schema.ts';

/** The style of a snippet. */
export interface Style {
  readonly isJson: boolean;
  /** On one line, in brackets. */
  readonly flow: boolean;
  /** One level of indentation. */
  readonly indent: string;
}

/** A tab stop with its initial text. `numberStops` numbers the stops. */
export function stop(text = ''): string {
  return text === '' ? `\${#}` : `\${#:${text.replaceAll(/[$}\\]/g, '\\$&')}}`;
}

/** A tab stop with a choice of texts. */
function pick(texts: readonly string[]): string {
  return `\${#|${texts.map((text) => text.replaceAll(/[$}\\,|]/g, '\\$&')).join(',')}|}`;
}

/** Numbers the tab stops of a snippet in the order of the text. */
export function numberStops(snippet: string): string {
  let number = 0;
  return snippet.replaceAll('${#', () => `\${${++number}`);
}

/** The text of a snippet for editors without snippets: each stop with its initial text or its first choice. */
export function textOfSnippet(snippet: string): string {
  const stops = /\$\{\d+(?::((?:\\.|[^}\\])*)|\|((?:\\.|[^,|\\])*)(?:\\.|[^|\\])*\|)?\}/g;
  return snippet.replaceAll(stops, (_, initial?: string, choice?: string) =>
    (initial ?? choice ?? '').replaceAll(/\\(.)/g, '$1'),
  );
}

/** The text after the colon of a new key: its choices, its default or, for a section, its common keys. */
export function valueSnippet(path: Path, node: SchemaNode, style: Style): string {
  return isSection(node) && !typesOf(node).includes('string')
    ? sectionSnippet(path, node, style)
    : ` ${scalarSnippet(path, node, style)}`;
}

/** A section with its common keys and their defaults. */
export function sectionSnippet(path: Path, section: SchemaNode, style: Style): string {
  const node = sectionWithKeys(section, undefined);
  const { isJson, flow, indent } = style;
  const name = (key: string) => (isJson ? JSON.stringify(key) : key);
  const own = (node.commonKeys ?? []).flatMap((key) => {
    const child = node.properties?.[key];
    return child ? `${name(key)}: ${memberSnippet([...path, key], child, style)}` : [];
  });
  const byDefault = node.patternProperties ? Object.entries(Object(node.default)) : [];
  const lines = [...own, ...byDefault.map(([key, value]) => `${name(key)}: ${stop(String(value))}`)];
  if (flow || (isJson && lines.length === 0)) return ` { ${stop()} }`;
  if (isJson) return ` {\n${lines.map((line) => indent + line).join(',\n')}\n}`;
  return `\n${(lines.length > 0 ? lines : [stop()]).map((line) => indent + line).join('\n')}`;
}

/** The value of a key in a new section: a path or a switch if it can be one, else an empty section. */
function memberSnippet(path: Path, node: SchemaNode, style: Style): string {
  if (!isSection(node) || typesOf(node).includes('string')) return scalarSnippet(path, node, style);
  return typesOf(node).includes('boolean') ? pick(['true', 'false']) : `{ ${stop()} }`;
}

function scalarSnippet(path: Path, node: SchemaNode, { isJson }: Style): string {
  const write = (value: unknown) => literal(value, isJson ? '"' : '', false);
  const { default: byDefault } = node;
  if (node.presets) return pick(node.presets.map(write));
  const choices = node.enum ?? (typesOf(node).includes('boolean') ? [true, false] : undefined);
  if (choices) {
    const others = choices.filter((value) => value !== byDefault);
    const known = (byDefault === undefined ? others : [byDefault, ...others]).map(write);
    return known.length === 1 ? String(known[0]) : pick(known);
  }
  if (Array.isArray(byDefault)) {
    const items = byDefault.map(write);
    const oneByOne = node.minItems === node.maxItems || namesDataset([...path, 0]);
    return `[${oneByOne ? items.map(stop).join(', ') : stop(items.join(', '))}]`;
  }
  if (byDefault !== undefined) return stop(write(byDefault));
  return typesOf(node).includes('string') && isJson ? `"${stop()}"` : stop();
}
