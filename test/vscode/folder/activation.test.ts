import assert from 'node:assert/strict';
import { commands, type Extension, extensions, languages, workspace } from 'vscode';
import { until } from '../until.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly languages: readonly { readonly id: string }[];
  };
}

describe('activation', () => {
  let extension: Extension<unknown>;

  before(async () => {
    extension = await until('the extension', () =>
      extensions.getExtension('esrgan-workbench.esrgan-workbench'),
    );
  });

  it('is automatic in a workspace with a run file', async () => {
    await until('activation', () => extension.isActive);
  });

  it('registers every command of the manifest', async () => {
    const { contributes }: Manifest = extension.packageJSON;
    const known = new Set(await commands.getCommands(true));
    const missing = contributes.commands.filter(({ command }) => !known.has(command));
    assert.deepEqual(missing, []);
  });

  it('registers its languages for run files', async () => {
    const { contributes }: Manifest = extension.packageJSON;
    const known = await languages.getLanguages();
    assert.deepEqual(
      contributes.languages.filter(({ id }) => !known.includes(id)),
      [],
    );
    const languageOf = async (name: string) => {
      const [uri] = await workspace.findFiles(name);
      return (await workspace.openTextDocument(uri!)).languageId;
    };
    assert.equal(await languageOf('short.esrgan.yaml'), 'esrgan-yaml');
    assert.equal(await languageOf('old.esrgan.json'), 'esrgan-json');
  });
});
