import {
  type Disposable,
  ProcessExecution,
  Task,
  type TaskDefinition,
  tasks,
  Uri,
  type WorkspaceFolder,
  workspace,
} from 'vscode';
import { isBoolean, isObject, isOneOf, isOptional, isString } from '../../trainer/guards/guards.ts';
import { defaultAfterMinutes, notifyEnvironment } from '../../trainer/notify/settings.ts';
import { type StageChoice, stageChoices } from '../../trainer/run-state/run-state.ts';
import type { ServerLink } from '../server/server-link.ts';

const type = 'esrgan';

/** A task in `tasks.json`: a stage of a run file. */
interface StageTask {
  /** Relative to the folder of the workspace, or absolute. */
  readonly file: string;
  readonly stage: StageChoice;
  /** Continues the run, which must exist then. */
  readonly resume?: boolean | undefined;
}

const isStageTask = isObject<StageTask>({
  file: isString,
  stage: isOneOf(stageChoices),
  resume: isOptional(isBoolean),
});

const stageNames: Readonly<Record<StageChoice, string>> = {
  pretraining: 'pretraining',
  training: 'training',
  all: 'both stages',
};

/** The tasks that train the stages of the run files of the workspace, in a terminal, with the command `esrgan`. */
export function registerRunTasks(link: ServerLink, extension: Uri): Disposable {
  const esrgan = Uri.joinPath(extension, 'dist', 'esrgan.js').fsPath;
  const taskOf = (definition: TaskDefinition & StageTask, folder: WorkspaceFolder): Task => {
    const { file, stage, resume } = definition;
    const settings = workspace.getConfiguration('esrgan');
    const setting = settings.get('nodePath', '').trim();
    const args = [esrgan, 'train', file, '--stage', stage, ...(resume === true ? ['--resume'] : [])];
    const execution = new ProcessExecution(setting || process.execPath, args, {
      cwd: folder.uri.fsPath,
      env: {
        // The program may be Electron.
        ELECTRON_RUN_AS_NODE: '1',
        ...notifyEnvironment({
          webhook: settings.get('notify.webhook', '').trim(),
          afterMinutes: settings.get('notify.afterMinutes', defaultAfterMinutes),
        }),
      },
    });
    return new Task(definition, folder, `${file}: ${stageNames[stage]}`, type, execution, '$esrgan');
  };
  return tasks.registerTaskProvider(type, {
    async provideTasks() {
      const files = await link.request('esrgan/runFiles', null);
      return files.flatMap((path) => {
        const folder = workspace.getWorkspaceFolder(Uri.file(path));
        if (folder === undefined) return [];
        const file = workspace.asRelativePath(path, false);
        return stageChoices.map((stage) => taskOf({ type, file, stage }, folder));
      });
    },
    resolveTask({ definition, scope }) {
      const folder = typeof scope === 'object' ? scope : workspace.workspaceFolders?.[0];
      if (!isStageTask(definition) || folder === undefined) return undefined;
      // VS Code runs a resolved task only if it has the definition that was given.
      return taskOf(Object.assign(definition, { type }), folder);
    },
  });
}
