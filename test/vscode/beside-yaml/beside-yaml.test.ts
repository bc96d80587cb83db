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

/** Who asks for plain YAML and has Red Hat's extension gets from that what it finds by the schema, and the rest from us. */
describe('a run file in plain YAML beside Red Hat’s extension', () => {
  let document: TextDocument;

  const open = async (name: string, text: string) => {
    const uri = Uri.joinPath(workspace.workspaceFolders![0]!.uri, `${name}.esrgan.yaml`);
    await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    return workspace.openTextDocument(uri);
  };

  before(async () => {
    // The editor asks nobody before the server has said what it can do.
    await listRuns();
    document = await open('mistaken', 'scale_facter: 4\npretraining:\n  cr_patch_size: [192, 192]\n');
    assert.equal(document.languageId, 'yaml');
  });

  it('has our problems of meaning, and none of ours that the schema gives', async () => {
    const { uri } = await open('misled', 'pretraining:\n  train_datasets: [nowhere]\n');
    // Ours of the text that was opened first come first.
    await until('a problem of meaning', () =>
      languages.getDiagnostics(uri).some(({ message }) => message.includes('nowhere')),
    );
    assert.deepEqual(languages.getDiagnostics(document.uri), []);
  });

  it('has no completions, explanations and outline of ours', async () => {
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

  it('has our hints and lenses', async () => {
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
