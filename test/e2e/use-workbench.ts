import { mkdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, inject } from 'vitest';
import { type EditorOptions, type StartedEditor, startEditor } from './editor.ts';
import { Workbench } from './workbench.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

/** The workspace and the window of a test file. */
export interface Desk {
  readonly workspace: Workspace;
  readonly workbench: Workbench;
}

/**
 * Opens a workspace and a window for the tests of a file. The tests are consecutive steps of one user: a failure skips
 * the rest, and saves a screenshot of the window in `build/e2e-failures`.
 *
 * @param prepare adds to the workspace before the window opens, in at most `timeout` milliseconds
 * @param editor options of an editor for these tests alone; without it, they use the shared one
 */
export function useWorkbench(
  files: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, unknown>> = {},
  prepare: (workspace: Workspace) => Promise<void> = async () => {},
  { timeout = 120_000, editor }: { readonly timeout?: number; readonly editor?: EditorOptions } = {},
): Desk {
  let workspace: Workspace | undefined;
  let workbench: Workbench | undefined;
  let own: StartedEditor | undefined;
  beforeAll(async () => {
    workspace = await createWorkspace(files, settings);
    await prepare(workspace);
    own = editor && (await startEditor(editor));
    workbench = await Workbench.open(own ?? inject('editor'), { folder: workspace.folder });
  }, timeout);
  let hasFailed = false;
  beforeEach(({ skip }) => skip(hasFailed, 'A step before it failed.'));
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail' || !workbench) return;
    hasFailed = true;
    mkdirSync('build/e2e-failures', { recursive: true });
    const path = `build/e2e-failures/${task.name.replaceAll(/[^\w]+/g, '-')}.png`;
    await workbench.page.screenshot({ path });
    console.log(`${path} shows the window.\n${workbench.consoleTail()}`);
  });
  afterAll(async () => {
    await workbench?.close();
    await own?.stop();
    await workspace?.remove();
  });
  const opened = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('Nothing is open outside of tests.');
    return value;
  };
  return {
    get workspace() {
      return opened(workspace);
    },
    get workbench() {
      return opened(workbench);
    },
  };
}
