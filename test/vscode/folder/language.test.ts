import assert from 'node:assert/strict';
import {
  type CodeAction,
  type CodeLens,
  type CompletionList,
  ConfigurationTarget,
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
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import { listRuns } from '../invoke-tool.ts';
import { until } from '../until.ts';

/** Opens a new run file with this text; `|` marks the cursor. */
async function open(
  marked: string,
  extension = 'yaml',
): Promise<{ document: TextDocument; cursor: Position }> {
  const folder = workspace.workspaceFolders![0]!.uri;
  const uri = Uri.joinPath(folder, `${Math.random().toString(36).slice(2)}.esrgan.${extension}`);
  const at = marked.indexOf('|');
  await workspace.fs.writeFile(uri, new TextEncoder().encode(marked.replace('|', '')));
  const document = await workspace.openTextDocument(uri);
  return { document, cursor: document.positionAt(Math.max(0, at)) };
}

async function keysAt({ uri }: TextDocument, cursor: Position): Promise<string[]> {
  const { items } = await commands.executeCommand<CompletionList>(
    'vscode.executeCompletionItemProvider',
    uri,
    cursor,
  );
  return items.map(({ label }) => (typeof label === 'string' ? label : label.label));
}

const whole = (document: TextDocument) => new Range(0, 0, document.lineCount, 0);

describe('language features of run files', () => {
  // The editor sends no requests before it knows the capabilities of the server.
  before(() => listRuns());

  it('completes keys', async () => {
    const { document, cursor } = await open('pretraining:\n  num_|');
    const labels = await keysAt(document, cursor);
    assert.deepEqual(labels.filter((label) => label.startsWith('num_')).sort(), ['num_epoch', 'num_step']);
  });

  it('explains a key on hover', async () => {
    const { document, cursor } = await open('scale_fac|tor: 4\n');
    const hovers = await commands.executeCommand<Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      cursor,
    );
    const text = hovers
      .flatMap(({ contents }) => contents.map((each) => (typeof each === 'string' ? each : each.value)))
      .join();
    assert.match(text, /Upscaling factor in width and height/);
  });

  it('reports problems, and fixes them', async () => {
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

  it('applies all safe fixes on save, if configured', async () => {
    const { document } = await open('scale_facter: 4\npretraining:\n  num_epock: 10\n');
    await window.showTextDocument(document);
    await until('the diagnostics', () => languages.getDiagnostics(document.uri).length === 2);
    const settings = workspace.getConfiguration('editor', document);
    await settings.update(
      'codeActionsOnSave',
      { 'source.fixAll': 'explicit' },
      ConfigurationTarget.Workspace,
    );
    try {
      // On a busy machine the editor saves without waiting for the fixes: save again.
      await until('the fixes', async () => {
        const edit = new WorkspaceEdit();
        edit.insert(document.uri, new Position(0, 0), '# saved\n');
        await workspace.applyEdit(edit);
        await document.save();
        return !document.getText().includes('scale_facter');
      });
      assert.equal(
        document.getText().replaceAll('# saved\n', ''),
        'scale_factor: 4\npretraining:\n  num_epoch: 10\n',
      );
    } finally {
      await settings.update('codeActionsOnSave', undefined, ConfigurationTarget.Workspace);
    }
  });

  it('gives full help in plain YAML without another YAML extension', async () => {
    const { document, cursor } = await open('scale_facter: 4\npretraining:\n  num_|');
    const plain = await languages.setTextDocumentLanguage(document, 'yaml');
    assert.deepEqual(
      (await keysAt(plain, cursor)).filter((label) => label.startsWith('num_')),
      ['num_epoch', 'num_step'],
    );
    await until('the diagnostic', () =>
      languages.getDiagnostics(plain.uri).some(({ message }) => message.includes('scale_facter')),
    );
  });

  it('leaves the schema to the editor in plain JSON', async () => {
    const asJson = async (text: string) => {
      const { document } = await open(text, 'json');
      // The editor validates only visible documents.
      const { document: shown } = await window.showTextDocument(document, { preview: false });
      return languages.setTextDocumentLanguage(shown, 'json');
    };
    const ofSchema = await asJson('{\n  "pretraining": {\n    "lr": "fast"\n  }\n}\n');
    const ofMeaning = await asJson('{ "pretraining": { "train_datasets": ["nowhere"] } }\n');
    const problemsOf = ({ uri }: TextDocument) => languages.getDiagnostics(uri);
    // Our problems of one text come before those of the other.
    await until('our problem of meaning', () =>
      problemsOf(ofMeaning).some(({ message }) => message.includes('nowhere')),
    );
    await until('the problem of the schema', () => problemsOf(ofSchema).length > 0);
    assert.deepEqual(
      problemsOf(ofSchema).map(({ range }) => range.start.line),
      [2],
    );
    const keys = await keysAt(ofSchema, new Position(2, 5));
    assert.ok(
      keys.some((key) => key.includes('num_epoch')),
      `a key among ${keys}`,
    );
    assert.deepEqual(keys, [...new Set(keys)], 'each key comes once');
  });

  it('has symbols and folding ranges', async () => {
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

  it('has inlay hints and code lenses', async () => {
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

  it('links folders, finds definitions of data sets, and renames data sets', async () => {
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
