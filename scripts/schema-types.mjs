// Generates the TypeScript types and the table of keys in the docs from the schema of run files.
// With --check it writes nothing and fails if a file is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { compile } from 'json-schema-to-typescript';

const schema = JSON.parse(readFileSync('schemas/run.esrgan.schema.json', 'utf8'));
const docs = 'docs/run-file.md';
const outputs = {
  'schemas/run-config.ts': await types(),
  [docs]: withTable(readFileSync(docs, 'utf8')),
};

for (const [file, text] of Object.entries(outputs)) {
  if (read(file) === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`${file} is out of date with the schema: run \`npm run schema\`.`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    console.log(`${file} written.`);
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function types() {
  return compile(defaultsRequired(schema), 'RunConfig', {
    bannerComment:
      '// Generated from run.esrgan.schema.json by `npm run schema`; do not edit.\n' +
      '// A run file with its defaults filled in: a key is optional here only if it has no default.',
    style: { singleQuote: true, printWidth: 110 },
  });
}

/** A copy of the schema in which every key with a default is required. */
function defaultsRequired(node) {
  if (Array.isArray(node) || typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, key === 'default' ? value : defaultsRequired(value)]),
  );
  if (typeof node.properties !== 'object') return copy;
  const filled = Object.keys(node.properties).filter((key) => 'default' in node.properties[key]);
  return { ...copy, required: [...(node.required ?? []), ...filled] };
}

function withTable(text) {
  const begin = '<!-- keys: made by `npm run schema` -->\n';
  const end = '<!-- end of keys -->';
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end);
  if (from < begin.length || to < from) throw new Error(`${docs} lacks the marks of the table of keys.`);
  const rows = keys(schema, '').map((cells) => `| ${cells.join(' | ')} |`);
  const head = ['| key | allowed | default | meaning |', '|---|---|---|---|'];
  return `${text.slice(0, from)}\n${[...head, ...rows].join('\n')}\n\n${text.slice(to)}`;
}

/** One row for each key below a node, a section before its keys. */
function keys(node, prefix) {
  const named = Object.entries(node.properties ?? {});
  if (typeof node.additionalProperties === 'object') named.push(['<name>', node.additionalProperties]);
  return named.flatMap(([key, child]) => {
    const path = `${prefix}${key}`;
    const row = [`\`${path}\``, allowed(child), defaultOf(child), meaning(child)];
    return [row.map((cell) => cell.replaceAll('|', '\\|')), ...keys(child, `${path}.`)];
  });
}

function allowed(node) {
  if (node.enum) return node.enum.map((value) => `\`${value}\``).join(', ');
  const kinds = [node.type].flat().map((type) => kind(node, type));
  return [kinds.join(' or '), node.unit].filter(Boolean).join(', ');
}

function kind(node, type) {
  if (type === 'array') return `[${allowed(node.items)}${node.maxItems ? ` x ${node.maxItems}` : ', …'}]`;
  if (type === 'object') return 'map';
  if (type === 'string') return 'string';
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'null') return '`null`';
  return `${type === 'integer' ? 'integer' : 'number'}${range(node)}`;
}

function range(node) {
  const low = node.minimum ?? node.exclusiveMinimum;
  const high = node.maximum ?? node.exclusiveMaximum;
  const above = node.exclusiveMinimum === undefined ? 'from' : 'above';
  const below = node.exclusiveMaximum === undefined ? 'to' : 'below';
  return `${low === undefined ? '' : ` ${above} ${low}`}${high === undefined ? '' : ` ${below} ${high}`}`;
}

function defaultOf(node) {
  if (node.default === undefined) return '';
  const isSection =
    typeof node.default === 'object' && node.default && Object.keys(node.default).length === 0;
  return isSection ? '' : `\`${JSON.stringify(node.default)}\``;
}

function meaning(node) {
  const values = node.enumDescriptions?.map((text, i) => `\`${node.enum[i]}\`: ${text}`);
  return [node.description, values && `${values.join('; ')}.`, node.cost].filter(Boolean).join(' ');
}
