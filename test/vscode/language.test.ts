import assert from 'node:assert/strict';
import {
  type CodeAction,
  type CodeLens,
  type CompletionList,
  commands,
  type DocumentLink,
  type DocumentSymbol,
  type FoldingRange,
  type Hover,
  type InlayHint,
  type LocationLink,
  languages,
  Position,
  Range,
  type TextDocument,
  Uri,
  type WorkspaceEdit,
  workspace,
} from 'vscode';
import { until } from './until.ts';

/** A new run file in the workspace with this text; `|` is where the cursor is. */
async function open(marked: string): Promise<{ document: TextDocument; cursor: Position }> {
  const folder = workspace.workspaceFolders![0]!.uri;
  const uri = Uri.joinPath(folder, `${Math.random().toString(36).slice(2)}.esrgan.yaml`);
  const at = marked.indexOf('|');
  await workspace.fs.writeFile(uri, new TextEncoder().encode(marked.replace('|', '')));
  const document = await workspace.openTextDocument(uri);
  return { document, cursor: document.positionAt(Math.max(0, at)) };
}

const whole = (document: TextDocument) => new Range(0, 0, document.lineCount, 0);

describe('language features of run files', () => {
  it('completes keys', async () => {
    const { document, cursor } = await open('pretraining:\n  num_|');
    const { items } = await commands.executeCommand<CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      cursor,
    );
    const labels = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.deepEqual(labels.filter((label) => label.startsWith('num_')).sort(), ['num_epoch', 'num_step']);
  });

  it('explains a key', async () => {
    const { document, cursor } = await open('scale_fac|tor: 4\n');
    const hovers = await commands.executeCommand<Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      cursor,
    );
    const text = hovers
      .flatMap(({ contents }) => contents.map((each) => (typeof each === 'string' ? each : each.value)))
      .join();
    assert.match(text, /How many times wider and higher/);
  });

  it('underlines mistakes, and mends them', async () => {
    const { document } = await open('scale_facter: 4\n');
    const problem = await until('a diagnostic', () => languages.getDiagnostics(document.uri)[0]);
    assert.match(problem.message, /scale_facter/);
    const actions = await commands.executeCommand<CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      problem.range,
    );
    const edit = actions.find(({ title }) => title.includes('scale_factor'))?.edit;
    assert.ok(edit, `a fix among ${actions.map(({ title }) => title)}`);
    await workspace.applyEdit(edit);
    assert.equal(document.getText(), 'scale_factor: 4\n');
    await until('no diagnostic', () => languages.getDiagnostics(document.uri).length === 0);
  });

  it('outlines and folds', async () => {
    const { document } = await open('name: a\ngenerator:\n  rrdb_channels: 4\n  growth_channels: 2\n');
    const symbols = await commands.executeCommand<DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    assert.deepEqual(
      symbols.map(({ name, children }) => [name, children.map((child) => child.name)]),
      [
        ['name', []],
        ['generator', ['rrdb_channels', 'growth_channels']],
      ],
    );
    const folds = await commands.executeCommand<FoldingRange[]>(
      'vscode.executeFoldingRangeProvider',
      document.uri,
    );
    assert.deepEqual(
      folds.map(({ start, end }) => [start, end]),
      [[1, 3]],
    );
  });

  it('shows what follows from the values, and what can be started', async () => {
    const { document } = await open('scale_factor: 4\npretraining:\n  cr_patch_size: [192, 192]\n');
    const hints = await commands.executeCommand<InlayHint[]>(
      'vscode.executeInlayHintProvider',
      document.uri,
      whole(document),
    );
    const labels = hints.map(({ label }) =>
      typeof label === 'string' ? label : label.map(({ value }) => value).join(''),
    );
    assert.ok(
      labels.some((label) => /48.48/.test(label)),
      `the LR patch among ${labels}`,
    );
    const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri);
    const titles = lenses.map(({ command }) => command?.title ?? '');
    assert.ok(
      titles.some((title) => title.includes('Start Pretraining')),
      `a start among ${titles}`,
    );
  });

  it('leads to folders and data sets, and renames a data set everywhere', async () => {
    const text = 'datasets:\n  wa|ves: { hr: { train: train } }\npretraining:\n  train_datasets: [waves]\n';
    const { document, cursor } = await open(text);
    const links = await commands.executeCommand<DocumentLink[]>('vscode.executeLinkProvider', document.uri);
    assert.ok(
      links.some(({ target }) => target?.path.endsWith('/train')),
      'a link to the folder',
    );
    const found = await commands.executeCommand<LocationLink[]>(
      'vscode.executeDefinitionProvider',
      document.uri,
      new Position(3, 20),
    );
    assert.equal(found.length, 1);
    const edit = await commands.executeCommand<WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider',
      document.uri,
      cursor,
      'sea',
    );
    await workspace.applyEdit(edit);
    assert.equal(document.getText(), text.replace('|', '').replaceAll('waves', 'sea'));
  });
});
