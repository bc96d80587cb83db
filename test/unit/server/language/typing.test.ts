import { expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type DocumentSymbol, type Range, type SelectionRange, TextEdit } from 'vscode-languageserver-types';
import { codeActions } from '../../../../server/language/code-actions.ts';
import { codeLenses } from '../../../../server/language/code-lenses.ts';
import { complete } from '../../../../server/language/complete.ts';
import type { CompletionSources } from '../../../../server/language/completion-sources.ts';
import { definition } from '../../../../server/language/definition.ts';
import { diagnose } from '../../../../server/language/diagnose.ts';
import { openDocument, type RunDocument } from '../../../../server/language/document.ts';
import { foldingRanges } from '../../../../server/language/folding.ts';
import { hover } from '../../../../server/language/hover.ts';
import { inlayHints } from '../../../../server/language/inlay-hints.ts';
import { documentLinks } from '../../../../server/language/links.ts';
import { prepareRename } from '../../../../server/language/rename.ts';
import { selectionRanges } from '../../../../server/language/selection-ranges.ts';
import { documentSymbols } from '../../../../server/language/symbols.ts';

const sources: CompletionSources = {
  listFolder: () => [{ name: 'tiles', isFolder: true }],
  listCheckpoints: () => [],
};
const hintSources = { countImages: () => 800, machine: { engine: 'cpu', runs: [] } };
const probe = { kindOf: () => undefined };

/** Asks every feature for what it knows at an offset, and checks what holds wherever one types. */
function askAll(text: string, offset: number, file: string): RunDocument {
  const document = openDocument(text, file);
  const position = document.positionAt(offset);
  const whole = document.rangeOf({ start: 0, end: document.text.length });
  const at = JSON.stringify(`${text.slice(0, offset)}|${text.slice(offset)}`.slice(-200));

  for (const { range, relatedInformation = [] } of diagnose(document)) {
    expectInside(document, range, whole, at);
    for (const { location } of relatedInformation) expectInside(document, location.range, whole, at);
  }
  for (const { textEdit } of complete(document, position, sources)) {
    if (!textEdit || !TextEdit.is(textEdit)) throw new Error('no edit');
    const { start, end } = textEdit.range;
    expectInside(document, textEdit.range, whole, at);
    expect([start.line, end.line], at).toEqual([position.line, position.line]);
    expect(start.character <= position.character && position.character <= end.character, at).toBe(true);
  }
  const told = hover(document, position);
  if (told?.range) expectInside(document, { start: position, end: position }, told.range, at);
  expectNested(document, documentSymbols(document), whole, at);
  for (const { startLine, endLine } of foldingRanges(document)) {
    expect(startLine < endLine && endLine <= whole.end.line, at).toBe(true);
  }
  for (const selection of selectionRanges(document, [position])) expectAround(document, selection, at);
  for (const hint of inlayHints(document, whole, hintSources)) {
    expectInside(document, { start: hint.position, end: hint.position }, whole, at);
  }
  const lenses = codeLenses(document, []);
  expect(
    lenses.map(({ command }) => command?.title),
    at,
  ).toBeOneOf([starts, startsFromFile, pretrains]);
  for (const { range } of documentLinks(document, probe)) expectInside(document, range, whole, at);
  codeActions(document, whole);
  definition(document, 'file:///p', offset, probe);
  prepareRename(document, offset);
  return document;
}

/** The training continues the pretraining, unless `init` names a file; a file may have the pretraining only. */
const patches = 'Show Training Patches';
const pretrains = ['$(play) Start Pretraining', patches];
const starts = [
  '$(play) Start Pretraining',
  '$(run-all) Start Both Stages',
  patches,
  'needs the pretraining first',
  patches,
];
const startsFromFile = [...pretrains, '$(play) Start Training', patches];

function expectInside(document: RunDocument, inner: Range, outer: Range, at: string): void {
  const [from, to] = [document.offsetAt(inner.start), document.offsetAt(inner.end)];
  expect(from <= to && document.offsetAt(outer.start) <= from && to <= document.offsetAt(outer.end), at).toBe(
    true,
  );
  // An offset is moved into the text; a position has to lie in it by itself.
  for (const place of [inner.start, inner.end]) {
    expect(document.positionAt(document.offsetAt(place)), at).toEqual(place);
  }
}

function expectNested(document: RunDocument, symbols: DocumentSymbol[], outer: Range, at: string): void {
  for (const { range, selectionRange, children = [], name } of symbols) {
    expect(name, at).not.toBe('');
    expectInside(document, range, outer, at);
    expectInside(document, selectionRange, range, at);
    expectNested(document, children, range, at);
  }
}

function expectAround(document: RunDocument, { range, parent }: SelectionRange, at: string): void {
  if (!parent) return;
  expectInside(document, range, parent.range, at);
  expectAround(document, parent, at);
}

/** Text that is typed sign by sign, or the label of a completion that is taken as it comes. */
type Step = string | { readonly take: string };

/** What a person sees who does these things one after another; gives the text and the document at the end. */
function type(steps: readonly Step[], { file = '/p/run.esrgan.yaml', around = '|' } = {}): RunDocument {
  let [before = '', after = ''] = around.split('|');
  let document = askAll(before + after, before.length, file);
  for (const step of steps) {
    if (typeof step === 'string') {
      for (const sign of step.match(/\r\n|[\s\S]/gu) ?? []) {
        before += sign;
        document = askAll(before + after, before.length, file);
      }
      continue;
    }
    const items = complete(document, document.positionAt(before.length), sources);
    const item = items.find(({ label }) => label === step.take);
    if (!item?.textEdit || !TextEdit.is(item.textEdit)) throw new Error(`No ${step.take} at ${before}|`);
    // Editors indent the lines of what they insert as the line that it begins in.
    const indent = /^ */.exec(before.slice(before.lastIndexOf('\n') + 1))?.[0] ?? '';
    const newText = plain(item.textEdit.newText).replaceAll('\n', `\n${indent}`);
    const marked = { ...item.textEdit, newText: `${newText}\u0000` };
    const text = TextDocument.applyEdits(TextDocument.create('', '', 0, before + after), [
      marked,
      ...(item.additionalTextEdits ?? []),
    ]);
    [before = '', after = ''] = text.split('\u0000');
    document = askAll(before + after, before.length, file);
  }
  return document;
}

/** A snippet with the first choice or the default at each stop. */
function plain(snippet: string): string {
  return snippet.replaceAll(
    /\$\{\d+(?::([^}]*)|\|([^,|]*)[^}]*)?\}/g,
    (_, text, choice) => text ?? choice ?? '',
  );
}

const typed = [
  '# A first run',
  'name: first',
  'scale_factor: 4',
  'datasets:',
  '  photos:',
  '    hr: { train: "photos/*.png", val: photos/val }',
  "    lr: 'lr_x{scale}'",
  'pretraining:',
  '  lr: 1.0e-4 # slow',
  '  cr_patch_size: [64, 64]',
  '  train_datasets:',
  '    - photos',
  '    - div2k',
  '  val_datasets: [photos]',
  'training:',
  '  init: best',
  '  g_sched_steps: [5000, 10000]',
  '',
].join('\n');

test.each<[string, string, string]>([
  ['YAML', typed, '/p/run.esrgan.yaml'],
  ['Windows line endings', typed.slice(0, 200).replaceAll('\n', '\r\n'), '/p/run.esrgan.yaml'],
  [
    'JSON',
    '{\n  "name": "first",\n  "datasets": {\n    "photos": { "hr": "photos" }\n  },\n  "pretraining": {\n    "lr": 1e-4,\n    "cr_patch_size": [64, 64],\n    "train_datasets": ["photos"],\n    "val_datasets": ["photos"]\n  }\n}\n',
    '/p/run.esrgan.json',
  ],
  ['tabs', 'ema:\n\tdecay: 0\n\tx\n', '/p/run.esrgan.yaml'],
  [
    'other scripts',
    'datasets:\n  фото_🌍:\n    hr: "снимки/🌍"\ntraining:\n  val_datasets: [фото_🌍]\n',
    '/p/r.yaml',
  ],
  ['only comments', '# a\n#\n  # b\n', '/p/run.esrgan.yaml'],
  ['anchors', 'pretraining: &p\n  lr: &l 1.0e-4\ntraining:\n  <<: *p\n  g_lr: *l\n', '/p/run.esrgan.yaml'],
  ['document markers', '%YAML 1.2\n---\nseed: 1\n...\n---\nseed: 2\n', '/p/run.esrgan.yaml'],
  ['multi-line strings', 'name: >-\n  several\n  lines\ndata_dir: "a\n  b"\nseed: 1\n', '/p/run.esrgan.yaml'],
  ['complex keys and tags', '? seed\n: !!int 1\n? [a]\n: b\n', '/p/run.esrgan.yaml'],
])('every feature works after each typed character: %s', (_, text, file) => {
  expect(type([text], { file }).text).toBe(text);
});

test.each<[string, string]>([
  ['an empty file', ''],
  ['a byte order mark', '\ufeffname: a\nba'],
  ['a line of 20,000 signs', `name: ${'long '.repeat(4000)}\nseed: 1\n`],
  [
    'a list of 5,000 numbers',
    `training:\n  g_sched_steps: [${Array.from({ length: 5000 }, (_, i) => i + 1)}]\n`,
  ],
  ['many unclosed brackets', '['.repeat(200)],
  ['only line endings', '\r\n\n\r\n'],
])('every feature works at each position: %s', (_, text) => {
  for (let at = 0; at <= text.length; at += Math.ceil(text.length / 50) || 1) {
    // No cursor stands between the two signs of a line end.
    if (text.slice(at - 1, at + 1) !== '\r\n') askAll(text, at, '/p/run.esrgan.yaml');
  }
});

test('completed keys stay in the outline while typing below them', () => {
  const lines = typed.split('\n');
  for (const [number, line] of lines.entries()) {
    const above = `${lines.slice(0, number).join('\n')}\n`;
    const names = ({ name, children = [] }: DocumentSymbol): string[] => [name, ...children.flatMap(names)];
    const finished = documentSymbols(openDocument(above, '/p/run.esrgan.yaml')).flatMap(names);
    for (let end = 1; end < line.length; end++) {
      const now = documentSymbols(openDocument(above + line.slice(0, end), '/p/run.esrgan.yaml')).flatMap(
        names,
      );
      expect(now, line.slice(0, end)).toEqual(expect.arrayContaining(finished));
    }
  }
});

test('a line typed between valid ones causes at most one problem', () => {
  const [above, below] = ['seed: 1\npretraining:\n', '  num_epoch: 5\nema:\n  decay: 0\n'];
  for (const line of ['  lr: 1.0e-4', '  cr_patch_size: [64, 64]', '  init: "a b.pth"', '# a note']) {
    for (let end = 0; end < line.length; end++) {
      const text = `${above}${line.slice(0, end)}\n${below}`;
      const found = diagnose(openDocument(text, '/p/run.esrgan.yaml'));
      expect(found.length, `${line.slice(0, end)}| ${found.map(({ message }) => message)}`).toBeLessThan(2);
    }
  }
});

test('a file typed from scratch with completion', () => {
  const document = type([
    ...['na', { take: 'name' }, 'tiny\nsc', { take: 'scale_factor' }],
    ...['\ndata', { take: 'datasets' }, { take: 'new data set' }, 'photos'],
    ...['\npre', { take: 'pretraining' }],
    ...['\nge', { take: 'generator' }],
    ...['\ntraining:\n  ini', { take: 'init' }, { take: 'best' }],
    ...['\n  val_', { take: 'val_datasets' }, '\n'],
  ]);
  expect(document.text).toBe(
    [
      'name: tiny',
      'scale_factor: 4',
      'datasets:',
      '  photos:',
      '    hr: photos',
      'pretraining:',
      '  num_epoch: 10000',
      '  cr_patch_size: [128, 128]',
      '  lr: 2e-4',
      '  sched_step: 200000',
      '  train_datasets: [div2k]',
      '  val_datasets: [div2k]',
      'generator:',
      '  num_basic_blocks: 23',
      '  rrdb_channels: 64',
      '  growth_channels: 32',
      'training:',
      '  init: best',
      '  val_datasets: [div2k]',
      '',
    ].join('\n'),
  );
  expect(diagnose(document)).toEqual([]);
});

test('a JSON file typed with completion', () => {
  const steps = [
    ...['"na', { take: 'name' }],
    ...['\n  "pre', { take: 'pretraining' }],
    ...['\n  "en', { take: 'engine' }],
  ];
  const document = type(steps, { file: '/p/run.esrgan.json', around: '{\n  |\n}\n' });
  expect(document.text).toBe(
    [
      '{',
      '  "name": "",',
      '  "pretraining": {',
      '    "num_epoch": 10000,',
      '    "cr_patch_size": [128, 128],',
      '    "lr": 2e-4,',
      '    "sched_step": 200000,',
      '    "train_datasets": ["div2k"],',
      '    "val_datasets": ["div2k"]',
      '  },',
      '  "engine": "auto"',
      '}',
      '',
    ].join('\n'),
  );
});
