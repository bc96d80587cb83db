import assert from 'node:assert/strict';
import {
  type CodeLens,
  type CompletionList,
  commands,
  type DocumentSymbol,
  type Hover,
  type InlayHint,
  languages,
  Position,
  Range,
  type TextDocument,
  Uri,
  workspace,
} from 'vscode';
import { listRuns } from '../invoke-tool.ts';
import { until } from '../until.ts';

/** In plain YAML, Red Hat's extension contributes what follows from the schema, and this extension the rest. */
describe('a run file in plain YAML with Red Hat’s extension', () => {
  let document: TextDocument;

  const open = async (name: string, text: string) => {
    const uri = Uri.joinPath(workspace.workspaceFolders![0]!.uri, `${name}.esrgan.yaml`);
    await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    return workspace.openTextDocument(uri);
  };

  before(async () => {
    // The editor sends no requests before it knows the capabilities of the server.
    await listRuns();
    document = await open('mistaken', 'scale_facter: 4\npretraining:\n  cr_patch_size: [192, 192]\n');
    assert.equal(document.languageId, 'yaml');
  });

  it('has our semantic problems, and none of ours that follow from the schema', async () => {
    const { uri } = await open('misled', 'pretraining:\n  train_datasets: [nowhere]\n');
    // Our problems of the text that was opened first come first.
    await until('a problem of meaning', () =>
      languages.getDiagnostics(uri).some(({ message }) => message.includes('nowhere')),
    );
    assert.deepEqual(languages.getDiagnostics(document.uri), []);
  });

  it('has none of our completions, hovers and symbols', async () => {
    const at = new Position(2, 2);
    const { items } = await commands.executeCommand<CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      at,
    );
    const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, at);
    const symbols = await commands.executeCommand<DocumentSymbol[] | undefined>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    assert.deepEqual([items.length, hovers.length, symbols?.length ?? 0], [0, 0, 0]);
  });

  it('has our inlay hints and code lenses', async () => {
    const all = new Range(0, 0, document.lineCount, 0);
    const hints = await commands.executeCommand<InlayHint[]>(
      'vscode.executeInlayHintProvider',
      document.uri,
      all,
    );
    const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri);
    assert.ok(hints.length > 0, 'hints');
    assert.ok(lenses.some(({ command }) => command?.title.includes('Start Pretraining')));
  });
});
