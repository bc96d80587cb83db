import { expect, test } from 'vitest';
import {
  type ClientCapabilities,
  type CodeAction,
  InsertTextFormat,
  MarkupKind,
} from 'vscode-languageserver/node';
import {
  clientSupport,
  supportedActions,
  supportedCompletion,
  supportedHover,
  supportedLens,
} from '../../../../server/language/client-support.ts';

const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
const nothing: ClientCapabilities = {};
const withoutFiles: ClientCapabilities = {
  textDocument: {
    hover: { contentFormat: [MarkupKind.Markdown] },
    completion: {
      completionItem: { snippetSupport: true, documentationFormat: [MarkupKind.Markdown] },
    },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } } },
  },
};
const all: ClientCapabilities = {
  ...withoutFiles,
  workspace: { workspaceEdit: { documentChanges: true, resourceOperations: ['create'] } },
};

test.each<[title: string, isExtension: boolean, expected: string]>([
  ['$(play) Start Training', true, '$(play) Start Training'],
  ['$(play) Start Training', false, 'Start Training'],
  ['$(sync~spin) starting', false, 'starting'],
  ['Open', false, 'Open'],
])('lens %j, extension: %j', (title, isExtension, expected) => {
  const lens = supportedLens({ range, command: { title, command: '' } }, clientSupport(all, isExtension));
  expect(lens.command?.title).toBe(expected);
});

test.each<[snippet: string, text: string]>([
  [`num_epoch: \${1:100}`, 'num_epoch: 100'],
  [`perceptual_loss: \${1|true,false|}`, 'perceptual_loss: true'],
  [`data_dir: "\${1}"`, 'data_dir: ""'],
  [`name: \${1:a\\}b\\$c}`, 'name: a}b$c'],
  [`key: \${1|a\\,b,c\\|d|}`, 'key: a,b'],
])('without snippets, %j becomes %j', (newText, expected) => {
  const item = { label: 'key', insertTextFormat: InsertTextFormat.Snippet, textEdit: { range, newText } };
  expect(supportedCompletion(item, clientSupport(all, false))).toEqual(item);
  expect(supportedCompletion(item, clientSupport(nothing, false))).toEqual({
    label: 'key',
    insertTextFormat: InsertTextFormat.PlainText,
    textEdit: { range, newText: expected },
  });
});

test.each<[markdown: string, text: string]>([
  ['`lr`: a number. **Cost.** None.', 'lr: a number. Cost. None.'],
  ['See [the paper](https://arxiv.org/abs/1809.00219).', 'See the paper.'],
  ['files named \\*\\_x4', 'files named *_x4'],
])('without Markdown, %j becomes %j', (value, expected) => {
  const contents = { kind: MarkupKind.Markdown, value };
  const plain = { kind: MarkupKind.PlainText, value: expected };
  expect(supportedHover({ contents }, clientSupport(all, false))).toEqual({ contents });
  expect(supportedHover({ contents }, clientSupport(nothing, false))).toEqual({ contents: plain });
  const item = supportedCompletion({ label: 'key', documentation: contents }, clientSupport(nothing, false));
  expect(item.documentation).toEqual(plain);
});

const edit: CodeAction = { title: 'edit', edit: { changes: {} } };
const create: CodeAction = {
  title: 'create',
  edit: { documentChanges: [{ kind: 'create', uri: 'file:///a.yaml' }] },
};
const command: CodeAction = { title: 'command', command: { title: 'command', command: 'esrgan.get' } };

test.each<[client: string, ClientCapabilities, isExtension: boolean, expected: string[]]>([
  ['the extension', all, true, ['edit', 'create', 'command']],
  ['another editor', all, false, ['edit', 'create']],
  ['an editor that creates no files', withoutFiles, false, ['edit']],
  ['an editor that expects commands', nothing, false, []],
])('code actions of %s', (_, capabilities, isExtension, expected) => {
  const actions = supportedActions([edit, create, command], clientSupport(capabilities, isExtension));
  expect(actions.map(({ title }) => title)).toEqual(expected);
});
