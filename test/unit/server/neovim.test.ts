import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TinyWorkspace, tinyWorkspace } from './experiments/tiny-runs.ts';

const isInstalled = spawnSync('nvim', ['--version']).status === 0;
const title = 'a run file is edited, and its run started, stopped and opened, in Neovim';
let workspace: TinyWorkspace;

beforeEach(async () => {
  workspace = await tinyWorkspace();
});

afterEach(() => {
  workspace.remove();
});

test.skipIf(!isInstalled)(isInstalled ? title : `${title} (skipped: nvim is not installed)`, () => {
  const result = join(workspace.folder, 'result.json');
  const script = fileURLToPath(new URL('./neovim.lua', import.meta.url));
  execFileSync('nvim', ['--headless', '--clean', '-c', `luafile ${script}`], {
    env: {
      ...process.env,
      NODE: process.execPath,
      ESRGAN: fileURLToPath(new URL('../../../dist/esrgan.js', import.meta.url)),
      RUN_FILE: workspace.runFile('small', { lines: ['log_every_stepz: 1'] }),
      RESULT: result,
      XDG_CACHE_HOME: join(workspace.folder, 'cache'),
      XDG_STATE_HOME: join(workspace.folder, 'state'),
      XDG_DATA_HOME: join(workspace.folder, 'data'),
    },
    stdio: 'ignore',
  });
  const seen: unknown = JSON.parse(readFileSync(result, 'utf8'));
  expect(seen).toEqual({
    problem: 'unknown key “log_every_stepz”; did you mean “log_every_steps”?',
    hover: expect.stringMatching(/^`scale_factor`: 1, 2, 3, 4 or 8/),
    completion: { label: 'name', isSnippet: false },
    fix: 'Remove “log_every_stepz”',
    unsaved: expect.stringMatching(/Save small\.esrgan\.yaml first: it has unsaved changes\.$/),
    lenses: [
      'Start Pretraining',
      'Start Both Stages',
      'Show Training Patches',
      'needs the pretraining first',
      'Show Training Patches',
    ],
    messages: [
      'runs/small has started.',
      'Run small will stop after its current step, with a checkpoint.',
      expect.stringMatching(/^Open the page in a browser: file:/),
    ],
    report: expect.stringMatching(/<h1>Run small<\/h1>.*<figcaption>train\/content_loss/s),
  });
});
