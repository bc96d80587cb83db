import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { commands, type Diagnostic, languages, Uri, workspace } from 'vscode';
import { createEventWriter } from '../../../trainer/runs/event-writer.ts';
import { invokeTool, listRuns } from '../invoke-tool.ts';
import { until } from '../until.ts';

const folderOf = (name: string) =>
  workspace.workspaceFolders!.find((folder) => folder.name === name)!.uri.fsPath;

/** Writes the files of an external run. */
function writeExternalRun(run: string): void {
  mkdirSync(run, { recursive: true });
  const writer = createEventWriter(run);
  writer.scalars(1, { 'train/loss': 1 });
  writer.close();
}
const named = async (expected: string) => (await listRuns()).find(({ name }) => name === expected);

describe('a workspace of several folders', () => {
  // In a browser the workbench reads the workspace file only when its server is connected, and begins without folders.
  before(() => until('both folders', () => workspace.workspaceFolders?.length === 2));

  it('lists the runs of all folders, including those from the settings of one', async () => {
    const start = (file: string) =>
      invokeTool('esrgan_startRun', { file, stage: 'pretraining', resume: false });
    const waves = JSON.parse(await start('sea/waves.esrgan.yaml'));
    assert.equal(waves.run, join(folderOf('sea'), 'runs', 'waves'));
    // Only one folder has this file, so its name suffices.
    const hills = JSON.parse(await start('hills.esrgan.yaml'));
    assert.equal(hills.run, join(folderOf('land'), 'runs', 'hills'));
    await until('both ends', async () => {
      const finished = (await listRuns()).filter(({ state }) => state === 'finished').map(({ name }) => name);
      return finished.includes('waves') && finished.includes('hills');
    });
  });

  it('does not choose between two files of the same name', async () => {
    const start = invokeTool('esrgan_startRun', { file: 'same.esrgan.yaml', stage: 'pretraining' });
    await assert.rejects(start, (error: Error) =>
      ['sea', 'land'].every((name) => error.message.includes(join(folderOf(name), 'same.esrgan.yaml'))),
    );
  });

  it('reads the settings of each folder', async () => {
    const others = join(folderOf('land'), '..', 'others');
    writeExternalRun(join(others, 'elsewhere'));
    const found = await until('the run external run', () => named('elsewhere'));
    assert.equal(found.folder, join(others, 'elsewhere'));
  });

  it('follows folders that are added and removed', async () => {
    const third = Uri.file(join(folderOf('land'), '..', 'third'));
    writeExternalRun(join(third.fsPath, 'runs', 'early'));
    workspace.updateWorkspaceFolders(2, 0, { uri: third, name: 'third' });
    await until('the folder', () => workspace.workspaceFolders?.length === 3);
    await until('its run', () => named('early'));
    workspace.updateWorkspaceFolders(2, 1);
    await until('no run of it', async () => (await named('early')) === undefined);
  });

  it('reports problems in each folder', async () => {
    const problemsOf = async (folder: string): Promise<readonly Diagnostic[]> => {
      const uri = Uri.joinPath(Uri.file(folderOf(folder)), 'wrong.esrgan.yaml');
      await workspace.fs.writeFile(uri, new TextEncoder().encode('scale_facter: 4\n'));
      await workspace.openTextDocument(uri);
      return until('a problem', () => {
        const found = languages.getDiagnostics(uri);
        return found.length > 0 && found;
      });
    };
    for (const folder of ['sea', 'land']) {
      const [problem] = await problemsOf(folder);
      assert.match(problem!.message, /scale_facter/);
    }
    await commands.executeCommand('workbench.action.closeAllEditors');
  });
});
