// Generates the TypeScript types of the schemas, and the table of the keys of run files in the docs.
// With --check it writes nothing and fails if a file is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import { runnerImport } from 'vite';

const schema = JSON.parse(readFileSync('schemas/run.esrgan.schema.json', 'utf8'));
const profilesSchema = JSON.parse(readFileSync('schemas/cluster-profiles.schema.json', 'utf8'));
const docs = 'docs/run-file.md';
// Hovers and messages describe the allowed values in the same words.
const { allowed } = await importTypeScript('../trainer/config/allowed.ts');
const { variantsOf } = await importTypeScript('../trainer/config/schema-node.ts');
const outputs = {
  'schemas/run-config.ts': await types(
    schema,
    'RunConfig',
    '// Generated from run.esrgan.schema.json by `npm run schema`; do not edit.\n' +
      '// A run file with its defaults filled in: a key is optional here only if it has no default.',
  ),
  'schemas/cluster-profiles.ts': await types(
    profilesSchema,
    'ClusterProfiles',
    '// Generated from cluster-profiles.schema.json by `npm run schema`; do not edit.\n' +
      '// Profiles with their defaults filled in: a key is optional here only if it has no default.',
  ),
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

async function importTypeScript(path) {
  const { module } = await runnerImport(fileURLToPath(new URL(path, import.meta.url)), {
    configFile: false,
    logLevel: 'error',
  });
  return module;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function types(source, name, bannerComment) {
  return compile(defaultsRequired(withUnions(source)), name, {
    bannerComment,
    style: { singleQuote: true, printWidth: 110 },
  });
}

/** A copy of the schema in which a section whose keys depend on its `type` or `op` is a union of sections. */
function withUnions(node) {
  if (Array.isArray(node)) return node.map(withUnions);
  if (typeof node !== 'object' || node === null) return node;
  const variants = variantsOf(node);
  if (variants.length === 0) {
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withUnions(value)]));
  }
  const { title, description, default: byDefault, properties } = node;
  const sections = variants.map(({ key, type, section }) => ({
    ...section,
    title: `${section.title} ${title}`,
    type: 'object',
    properties: {
      ...section.properties,
      ...properties,
      [key]: { const: type, description: properties[key].description, default: type },
    },
  }));
  return { title, description, default: byDefault, oneOf: sections };
}

/** A copy of the schema in which every key with a default is required. */
function defaultsRequired(node) {
  if (Array.isArray(node)) return node.map(defaultsRequired);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, key === 'default' ? value : defaultsRequired(value)]),
  );
  if (typeof node.properties !== 'object') return copy;
  const filled = Object.keys(node.properties).filter((key) => 'default' in node.properties[key]);
  return { ...copy, required: [...(node.required ?? []), ...filled] };
}

function withTable(text) {
  const start = '<!-- keys: made by `npm run schema` -->\n';
  const end = '<!-- end of keys -->';
  const from = text.indexOf(start) + start.length;
  const to = text.indexOf(end);
  if (from < start.length || to < from)
    throw new Error(`${docs} lacks the comments around the table of keys.`);
  const rows = keys(schema, '').map((cells) => `| ${cells.join(' | ')} |`);
  const head = ['| key | allowed | default | meaning |', '|---|---|---|---|'];
  return `${text.slice(0, from)}\n${[...head, ...rows].join('\n')}\n\n${text.slice(to)}`;
}

/** One row for each key below a node, a section before its keys. */
function keys(node, prefix) {
  const named = Object.entries(node.properties ?? {});
  if (typeof node.additionalProperties === 'object') named.push(['<name>', node.additionalProperties]);
  const own = named.flatMap(([key, child]) => {
    const path = `${prefix}${key}`;
    const row = [`\`${path}\``, valuesOf(child), defaultOf(child), meaning(child)];
    const inItems = child.items ? keys(child.items, `${path}[].`) : [];
    return [row.map((cell) => cell.replaceAll('|', '\\|')), ...keys(child, `${path}.`), ...inItems];
  });
  const ofTypes = variantsOf(node).flatMap(({ key: by, type, section }) => {
    const own = Object.entries(section.properties).filter(([key]) => !Object.hasOwn(node.properties, key));
    const properties = Object.fromEntries(own);
    return keys({ properties }, prefix).map(([key, values, byDefault, text]) => [
      key,
      values,
      byDefault,
      `With \`${by}: ${type}\`. ${text}`,
    ]);
  });
  return [...own, ...ofTypes];
}

function valuesOf(node) {
  const values = allowed({ ...node, properties: undefined });
  return node.unit === undefined ? values : `${values} (${node.unit})`;
}

function defaultOf(node) {
  if (node.default === undefined) return '';
  const isSection =
    typeof node.default === 'object' && node.default && Object.keys(node.default).length === 0;
  return isSection ? '' : `\`${JSON.stringify(node.default)}\``;
}

function meaning(node) {
  const choices = node.enum ?? node.presets;
  const described = node.enumDescriptions ?? node.presetDescriptions;
  const values = described?.map((text, i) => `\`${choices[i]}\`: ${text}`);
  return [node.description, values && `${values.join('; ')}.`, node.cost].filter(Boolean).join(' ');
}
