import assert from 'node:assert/strict';
import { join } from 'node:path';
import { commands, workspace } from 'vscode';
import { invokeTool, listRuns } from '../invoke-tool.ts';
import { until } from '../until.ts';

describe('language models', () => {
  const folder = () => workspace.workspaceFolders![0]!.uri.fsPath;
  const stateOf = async (run: string) => (await listRuns()).find(({ name }) => name === run)?.state;
  const untilState = (run: string, state: string) =>
    until(`${run} ${state}`, async () => (await stateOf(run)) === state);

  it('start a run, and queue a second one', async () => {
    const start = async (file: string) =>
      JSON.parse(await invokeTool('esrgan_startRun', { file, stage: 'pretraining' }));
    const started = (name: string, queued: boolean) => ({
      run: join(folder(), 'runs', name),
      queued,
      file: join(folder(), `${name}.esrgan.yaml`),
      changes: [],
    });
    assert.deepEqual(await start('endless.esrgan.yaml'), started('endless', false));
    assert.deepEqual(await start('second.esrgan.yaml'), started('second', true));
    await untilState('endless', 'running');
  });

  it('see that it is still queued after the server restarts', async () => {
    await commands.executeCommand('esrgan.restartServer');
    assert.equal(await stateOf('second'), 'queued');
    assert.equal(await stateOf('endless'), 'running');
  });

  it('stop the first run, and the second starts', async () => {
    const answer = await invokeTool('esrgan_stopRun', { run: 'endless' });
    assert.match(answer, /endless stops after its current step/);
    await untilState('endless', 'stopped');
    await untilState('second', 'finished');
  });

  it('get the reason why a run cannot be started', async () => {
    const again = invokeTool('esrgan_startRun', { file: 'second.esrgan.yaml', stage: 'pretraining' });
    await assert.rejects(again, /has already started/);
    const nowhere = invokeTool('esrgan_startRun', { file: 'nowhere.esrgan.yaml', stage: 'pretraining' });
    await assert.rejects(nowhere, /File not found: nowhere\.esrgan\.yaml/);
    await assert.rejects(invokeTool('esrgan_stopRun', { run: 'second' }), /no trainer is running/);
  });

  it('compare runs by their numbers and settings', async () => {
    const compared = JSON.parse(await invokeTool('esrgan_compareRuns', { runs: ['endless', 'second'] }));
    assert.deepEqual(
      compared.runs.map(({ name }: { name: string }) => name),
      ['endless', 'second'],
    );
    assert.match(JSON.stringify(compared), /num_step/);
  });
});
