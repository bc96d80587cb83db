import type { Path, SchemaNode } from '../../trainer/config/index.ts';
import { namesDataset } from './datasets.ts';
import { literal } from './literal.ts';
import { isSection, typesOf } from './schema.ts';

/** How a snippet is to be written. */
export interface Style {
  readonly isJson: boolean;
  /** In one line, in brackets. */
  readonly flow: boolean;
  /** One level of indentation. */
  readonly indent: string;
}

/** A place to type at, with what stands there first. Stops are numbered by `numberStops`. */
export function stop(text = ''): string {
  return text === '' ? `\${#}` : `\${#:${text.replaceAll(/[$}\\]/g, '\\$&')}}`;
}

/** A place at which one of several texts is picked. */
function pick(texts: readonly string[]): string {
  return `\${#|${texts.map((text) => text.replaceAll(/[$}\\,|]/g, '\\$&')).join(',')}|}`;
}

/** A snippet as editors read it: its stops numbered in the order of the text. */
export function numberStops(snippet: string): string {
  let number = 0;
  return snippet.replaceAll('${#', () => `\${${++number}`);
}

/** What stands behind the colon of a new key: choices to pick from, its default to type over, or its usual keys. */
export function valueSnippet(path: Path, node: SchemaNode, style: Style): string {
  return isSection(node) && !typesOf(node).includes('string')
    ? sectionSnippet(path, node, style)
    : ` ${scalarSnippet(path, node, style)}`;
}

/** A section with its usual keys and their defaults. */
export function sectionSnippet(path: Path, node: SchemaNode, style: Style): string {
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

/** A key of a new section: a section within it is a path or a switch where it can be one. */
function memberSnippet(path: Path, node: SchemaNode, style: Style): string {
  if (!isSection(node) || typesOf(node).includes('string')) return scalarSnippet(path, node, style);
  return typesOf(node).includes('boolean') ? pick(['true', 'false']) : `{ ${stop()} }`;
}

function scalarSnippet(path: Path, node: SchemaNode, { isJson }: Style): string {
  const write = (value: unknown) => literal(value, isJson ? '"' : '', false);
  const { default: byDefault } = node;
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
