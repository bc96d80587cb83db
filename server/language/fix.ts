import { type CodeAction, CodeActionKind, type Range, TextEdit } from 'vscode-languageserver-types';
import { URI } from 'vscode-uri';
import { closest, type Path, type Problem, type SchemaNode, subject } from '../../trainer/config/index.ts';
import { smallestUsefulPatch } from '../../trainer/config/size-problems.ts';
import { vggConvolutions, vggTypes } from '../../trainer/models/shapes/vgg.ts';
import { inMap, namedDatasets, scaleOf } from './datasets.ts';
import { diagnosticOf, findProblems, rangeOf } from './diagnose.ts';
import type { RunDocument } from './document.ts';
import { removal } from './entry.ts';
import { type Edit, insertAtEnd } from './insert.ts';
import type { Span } from './lines.ts';
import { literal } from './literal.ts';
import { moves } from './move-key.ts';
import { schemaAt, typesOf } from './schema.ts';
import { yamlOf } from './to-yaml.ts';

/** The kind under which editors find the action that mends everything at once. */
export const fixAllKind = `${CodeActionKind.SourceFixAll}.esrgan`;

/** A way to mend a problem. */
interface Fix {
  readonly title: string;
  /** Apart from each other. */
  readonly edits: readonly Edit[];
  /** The one clear remedy, which fix-all takes too. */
  readonly isPreferred: boolean;
}

/**
 * What can be done about the problems that touch a range, then what can be done with the whole file. Empty texts and
 * problems without a remedy give nothing.
 */
export function codeActions(document: RunDocument, range: Range): CodeAction[] {
  const uri = URI.file(document.file).toString();
  const problems = findProblems(document);
  const quick = problems
    .filter((problem) => touches(rangeOf(problem), range))
    .flatMap((problem) => fixesFor(document, problem).map((fix) => quickFix(document, uri, fix, problem)));
  return [...quick, ...fixAll(document, uri, problems), ...convert(document, uri)];
}

function touches(a: Range, b: Range): boolean {
  const isBefore = (one: Range, other: Range) =>
    one.end.line < other.start.line ||
    (one.end.line === other.start.line && one.end.character < other.start.character);
  return !isBefore(a, b) && !isBefore(b, a);
}

function quickFix(document: RunDocument, uri: string, fix: Fix, problem: Problem): CodeAction {
  const { title, edits, isPreferred } = fix;
  return {
    title,
    kind: CodeActionKind.QuickFix,
    ...(isPreferred && { isPreferred }),
    diagnostics: [diagnosticOf(document, problem)],
    edit: { changes: { [uri]: edits.map((edit) => textEdit(document, edit)) } },
  };
}

function textEdit(document: RunDocument, { newText, ...span }: Edit): TextEdit {
  return TextEdit.replace(document.rangeOf(span), newText);
}

/** All clear remedies at once; of those that overlap, the first. */
function fixAll(document: RunDocument, uri: string, problems: readonly Problem[]): CodeAction[] {
  const taken: Edit[] = [];
  for (const problem of problems) {
    const clear = fixesFor(document, problem).find(({ isPreferred }) => isPreferred);
    const isApart = clear?.edits.every((edit) => taken.every((other) => areApart(edit, other)));
    if (clear && isApart) taken.push(...clear.edits);
  }
  if (taken.length === 0) return [];
  const edits = taken
    .toSorted((a, b) => a.start - b.start || a.end - b.end)
    .map((edit) => textEdit(document, edit));
  return [
    {
      title: 'Fix all problems that have one clear remedy',
      kind: fixAllKind,
      edit: { changes: { [uri]: edits } },
    },
  ];
}

/** What is written at one place twice, such as a section for each of its keys, is not meant so. */
function areApart(a: Span, b: Span): boolean {
  return a.start !== b.start && (a.end <= b.start || b.end <= a.start);
}

/** A file in JSON as a file in YAML beside it; a text in JSON under a name of YAML in its place. */
function convert(document: RunDocument, uri: string): CodeAction[] {
  const newText = document.isJson && document.mendedLines.size === 0 ? yamlOf(document.data) : undefined;
  if (newText === undefined) return [];
  const title = 'Convert to YAML';
  const kind = CodeActionKind.RefactorRewrite;
  if (!document.file.toLowerCase().endsWith('.json')) {
    const whole = document.rangeOf({ start: 0, end: document.text.length });
    return [{ title, kind, edit: { changes: { [uri]: [TextEdit.replace(whole, newText)] } } }];
  }
  const target = uri.replace(/\.json$/i, '.yaml');
  const start = { line: 0, character: 0 };
  return [
    {
      title,
      kind,
      edit: {
        documentChanges: [
          { kind: 'create', uri: target, options: { overwrite: false } },
          { textDocument: { uri: target, version: null }, edits: [TextEdit.insert(start, newText)] },
        ],
      },
    },
  ];
}

function fixesFor(document: RunDocument, problem: Problem): Fix[] {
  switch (problem.code) {
    case 'syntax':
      return syntaxFixes(document, problem);
    case 'duplicate-key':
      return removeFixes(document, problem, 'Remove the second', true);
    case 'repeated':
      return removeFixes(document, problem, 'Remove the second', true);
    case 'unknown-key':
      return unknownKeyFixes(document, problem);
    case 'unknown-layer':
      return layerFixes(document, problem);
    case 'unknown-dataset':
      return unknownDatasetFixes(document, problem);
    case 'choice':
      return nearest(document, problem, schemaAt(problem.path)?.enum ?? []);
    case 'no-images':
      return missingImagesFixes(document, problem);
    case 'milestones-not-increasing':
      return milestoneFixes(document, problem.path.slice(0, -1));
    case 'decay-after-end':
      return typeof problem.path.at(-1) === 'number' ? removeFixes(document, problem, 'Remove', false) : [];
    default:
      return valueFixes(document, problem);
  }
}

function syntaxFixes({ text, outline }: RunDocument, { start }: Problem): Fix[] {
  const line = outline.lines[start.line - 1];
  if (!line) return [];
  const content = text.slice(line.start, line.end);
  const key = /^(\s*[\w-]+:)(?=[^\s/])/.exec(content);
  if (key) {
    const at = line.start + (key[1]?.length ?? 0);
    return [
      {
        title: 'Put a space behind the colon',
        edits: [{ start: at, end: at, newText: ' ' }],
        isPreferred: true,
      },
    ];
  }
  const tabs = /^[ \t]*\t[ \t]*/.exec(content)?.[0];
  if (tabs === undefined) return [];
  const edit = { start: line.start, end: line.start + tabs.length, newText: tabs.replaceAll('\t', '  ') };
  return [{ title: 'Indent with spaces', edits: [edit], isPreferred: true }];
}

function removeFixes(document: RunDocument, problem: Problem, verb: string, isPreferred: boolean): Fix[] {
  const span = removal(document, problem.start.offset);
  const name = document.text.slice(problem.start.offset, problem.end.offset).replaceAll(/["']/g, '');
  return span ? [{ title: `${verb} \`${name}\``, edits: [{ ...span, newText: '' }], isPreferred }] : [];
}

function unknownKeyFixes(document: RunDocument, problem: Problem): Fix[] {
  const section = problem.path.slice(0, -1);
  const node = schemaAt(section);
  const known = Object.keys(node?.properties ?? {});
  const free = known.filter((key) => document.nodeAt([...section, key]) === undefined);
  const meant = closest(String(problem.path.at(-1)), free);
  const homes = moves(document, problem.path);
  const isClear = homes.length + (meant === undefined ? 0 : 1) === 1;
  return [
    ...homes.map(({ section, edits }) => ({
      title: section.length === 0 ? 'Move to the top level' : `Move to ${subject(section)}`,
      edits,
      isPreferred: isClear,
    })),
    ...(meant === undefined ? [] : [renameKey(document, problem, meant, isClear)]),
    ...removeFixes(document, problem, 'Remove', false),
  ];
}

function renameKey({ text }: RunDocument, { start, end }: Problem, name: string, isPreferred: boolean): Fix {
  const quote = /["']/.exec(text[start.offset] ?? '')?.[0] ?? '';
  const edit = { start: start.offset, end: end.offset, newText: `${quote}${name}${quote}` };
  return { title: `Change to \`${name}\``, edits: [edit], isPreferred };
}

/** The last layer of the same block in the network that the file chooses. */
function layerFixes(document: RunDocument, problem: Problem): Fix[] {
  const loss = inMap(document.data, 'perceptual_loss');
  const type = vggTypes.find((name) => name === inMap(loss, 'vgg_type')) ?? 'vgg19';
  const block = String(problem.path.at(-1)).split('_')[0];
  const layers = vggConvolutions(type).map(({ layer }) => layer);
  const last = layers.findLast((layer) => layer.startsWith(`${block}_`));
  const isFree = last !== undefined && document.nodeAt([...problem.path.slice(0, -1), last]) === undefined;
  return [
    ...(isFree ? [renameKey(document, problem, last, true)] : []),
    ...removeFixes(document, problem, 'Remove', false),
  ];
}

function nearest(document: RunDocument, problem: Problem, values: readonly unknown[]): Fix[] {
  const given = String(valueAt(document.data, problem.path));
  const meant = closest(given, values.map(String));
  const value = values.find((candidate) => String(candidate) === meant);
  return meant === undefined ? [] : replaceValue(document, problem.path, value);
}

/** The name of another data set, or an entry for this one, in which the folders are to be changed. */
function unknownDatasetFixes(document: RunDocument, problem: Problem): Fix[] {
  const name = String(valueAt(document.data, problem.path));
  const { isJson } = document;
  const quote = isJson ? '"' : '';
  const written = (text: string, flow: boolean) => literal(text, quote, flow);
  const folders = ['train', 'val'].map((use) => `${written(use, true)}: ${written(`${name}/${use}`, true)}`);
  const images = `${written('hr', true)}: { ${folders.join(', ')} }`;
  const entry = insertAtEnd(document, ['datasets'], {
    inBraces: () => `${written(name, true)}: { ${images} }`,
    inLines(column) {
      const indent = ' '.repeat(column);
      return `${indent}${written(name, false)}:\n${indent}  ${images}`;
    },
  });
  const names = namedDatasets(document).map((dataset) => dataset.name);
  return [
    ...nearest(document, problem, names),
    ...(entry
      ? [{ title: `Describe \`${name}\` under \`datasets\``, edits: [entry], isPreferred: false }]
      : []),
  ];
}

/** In rising order, each once. */
function milestoneFixes(document: RunDocument, list: Path): Fix[] {
  const steps = numbers(valueAt(document.data, list));
  return steps
    ? replaceValue(
        document,
        list,
        [...new Set(steps)].toSorted((a, b) => a - b),
      )
    : [];
}

/** The other use of a data set that has images for one: the same images, to be changed where they should not be. */
function missingImagesFixes(document: RunDocument, { path }: Problem): Fix[] {
  const name = String(valueAt(document.data, path));
  const lacks = path.includes('train_datasets') ? 'train' : 'val';
  const has = lacks === 'train' ? 'val' : 'train';
  const found = document.nodeAt(['datasets', name, 'hr', has]);
  if (!found?.keySpan || !found.valueSpan) return [];
  const { text } = document;
  const quote = document.isJson ? '"' : '';
  const written = `${quote}${lacks}${quote}: ${text.slice(found.valueSpan.start, found.valueSpan.end)}`;
  const line = text.slice(text.lastIndexOf('\n', found.keySpan.start) + 1, found.keySpan.start);
  const ownLine = line.trim() === '' && !document.isJson;
  const at = found.valueSpan.end;
  const newText = ownLine ? `\n${line}${written}` : `, ${written}`;
  const title = `Add \`${lacks}\` to \`${name}\`, with the images of \`${has}\``;
  return [{ title, edits: [{ start: at, end: at, newText }], isPreferred: false }];
}

/** Values that are nearly right. */
function valueFixes(document: RunDocument, problem: Problem): Fix[] {
  const { path, code } = problem;
  const node = schemaAt(path);
  const value = valueAt(document.data, path);
  if (!node) return [];
  if (code === 'type' && value === null) return removeNull(document, path);
  const better = betterValue(code, value, node, scaleOf(document));
  if (better !== undefined) {
    // What is only warned of may be meant so.
    const isPreferred = problem.severity === 'error';
    return replaceValue(document, path, better).map((fix) => ({ ...fix, isPreferred }));
  }
  // A bound that is not allowed itself is nothing to clamp to.
  if (code !== 'range' || node.default === undefined) return [];
  return replaceValue(document, path, node.default).map((fix) => ({
    ...fix,
    title: `${fix.title}, its default`,
    isPreferred: false,
  }));
}

function betterValue(code: string, value: unknown, node: SchemaNode, scale: number): unknown {
  switch (code) {
    case 'range':
      return typeof value === 'number' ? clamped(value, node) : undefined;
    case 'type':
      return ofRightType(value, node);
    case 'length':
      return Array.isArray(value) ? ofRightLength(value, node) : undefined;
    case 'patch-not-divisible':
    case 'crop-not-divisible':
      return numbers(value)?.map((side) => Math.max(1, Math.round(side / scale)) * scale);
    case 'patch-too-small':
      return numbers(value)?.map((side) => Math.max(side, smallestUsefulPatch * scale));
    case 'quality-order':
      return numbers(value)?.toReversed();
    default:
      return undefined;
  }
}

function numbers(value: unknown): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const found = value.filter((item) => typeof item === 'number');
  return found.length === value.length ? found : undefined;
}

/** The nearest bound; none where the bound itself is not allowed. */
function clamped(value: number, { minimum, maximum }: SchemaNode): number | undefined {
  if (minimum !== undefined && value < minimum) return minimum;
  return maximum !== undefined && value > maximum ? maximum : undefined;
}

function ofRightType(value: unknown, node: SchemaNode): unknown {
  const types = typesOf(node);
  if (typeof value === 'string') {
    const number = value.trim() === '' ? Number.NaN : Number(value);
    if (types.includes('number') && Number.isFinite(number)) return number;
    if (types.includes('integer') && Number.isInteger(number)) return number;
    if (types.includes('boolean') && /^(true|yes|on)$/i.test(value)) return true;
    if (types.includes('boolean') && /^(false|no|off)$/i.test(value)) return false;
    if (types.includes('array') && node.items?.type === 'string') return [value];
  }
  if (typeof value === 'number') {
    if (types.includes('integer')) return Math.round(value);
    if (types.includes('array') && node.items?.type === 'integer')
      return Array(node.minItems ?? 1).fill(value);
  }
  const isSingle = typeof value === 'number' || typeof value === 'boolean';
  return isSingle && types.includes('string') ? String(value) : undefined;
}

/** A pair of one is that one twice, and of many the first two. */
function ofRightLength(
  value: readonly unknown[],
  { minItems = 0, maxItems = minItems }: SchemaNode,
): unknown {
  if (value.length === 0 || minItems !== maxItems) return undefined;
  return Array.from({ length: minItems }, (_, i) => value[i] ?? value.at(-1));
}

function removeNull(document: RunDocument, path: Path): Fix[] {
  const start = document.nodeAt(path)?.keySpan?.start;
  const span = start === undefined ? undefined : removal(document, start);
  const title = `Remove \`${String(path.at(-1))}\`, which leaves it at its default`;
  return span ? [{ title, edits: [{ ...span, newText: '' }], isPreferred: true }] : [];
}

function replaceValue(document: RunDocument, path: Path, value: unknown): Fix[] {
  const span = document.nodeAt(path)?.valueSpan;
  if (!span) return [];
  const { text, isJson } = document;
  const quote = isJson ? '"' : (/["']/.exec(text[span.start] ?? '')?.[0] ?? '');
  const newText = literal(value, quote, typeof path.at(-1) === 'number');
  return [{ title: `Change to \`${newText}\``, edits: [{ ...span, newText }], isPreferred: true }];
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof step === 'number' ? (Array.isArray(value) ? value[step] : undefined) : inMap(value, step),
    data,
  );
}
