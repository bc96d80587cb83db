import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { commands, TabInputWebview, window, workspace } from 'vscode';
import { runPaths } from '../../../trainer/runs/run-directory.ts';
import { readStatus } from '../../../trainer/runs/status.ts';
import { invokeTool } from '../invoke-tool.ts';
import { until } from '../until.ts';

describe('runs', () => {
  const folder = () => workspace.workspaceFolders![0]!.uri.fsPath;
  const panel = () =>
    window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .find(({ input, label }) => input instanceof TabInputWebview && label === 'short');
  const run = () => join(folder(), 'runs', 'short');

  it('start by command, show a panel, and finish', async function () {
    this.timeout(90_000);
    const target = { file: join(folder(), 'short.esrgan.yaml') };
    await commands.executeCommand('esrgan.startPretraining', target);
    await until('the panel', panel);
    await until('the end', () => readStatus(runPaths(run()))?.state === 'finished');
  });

  it('can be read by language models', async () => {
    const listed = await until('the end in the list', async () => {
      const text = await invokeTool('esrgan_listRuns', {});
      return text.includes('finished') && text;
    });
    assert.match(listed, /short/);
    assert.match(await invokeTool('esrgan_getRunMetrics', { run: 'short' }), /content_loss/);
  });

  it('close their panels when they are deleted', async () => {
    assert.ok(panel());
    rmSync(run(), { recursive: true });
    await until('no panel', () => panel() === undefined);
  });

  it('report an unknown name', async () => {
    await assert.rejects(invokeTool('esrgan_getRunMetrics', { run: 'nobody' }), /nobody/);
  });
});
