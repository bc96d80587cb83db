import { resolve, sep } from 'node:path';
import type { Connection } from 'vscode-languageserver/node';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { answer, type Handlers } from '../answer.ts';
import { importBasicSR } from '../import/basicsr.ts';
import { duplicateWithChanges } from '../presets/duplicate.ts';
import { presets } from '../presets/presets.ts';
import type { ComparisonRequests } from '../protocol/comparison.ts';
import type { JobRequests } from '../protocol/jobs.ts';
import type { RequestName } from '../protocol/messages.ts';
import type { UpscalingRequests } from '../protocol/upscaling.ts';
import type { Workspace } from '../workspace.ts';
import type { Manager } from './manager.ts';

type RunRequestName = Exclude<
  RequestName,
  keyof ComparisonRequests | keyof JobRequests | keyof UpscalingRequests
>;

/** What the answers need of the editor's workspace. */
interface WorkspaceSide {
  readonly workspace: () => Workspace;
  /** The person trusts it from now on. */
  readonly trust: () => void;
  readonly filesChanged: () => void;
}

/** Answers the messages about runs, run files and the machine. */
export function registerRuns(
  connection: Connection,
  manager: () => Promise<Manager>,
  { workspace, trust, filesChanged }: WorkspaceSide,
): void {
  const handlers: Handlers<RunRequestName> = {
    'esrgan/trust'() {
      trust();
      return null;
    },
    'esrgan/filesChanged'() {
      filesChanged();
      return null;
    },
    'esrgan/runs': async () => (await manager()).runs(),
    'esrgan/run': async ({ run }) => (await manager()).run(run),
    'esrgan/points': async ({ run, after }) => (await manager()).points(run, after),
    'esrgan/newestPoints': async ({ run, count }) => (await manager()).newestPoints(run, count),
    async 'esrgan/follow'({ run, follow }) {
      (await manager()).follow(run, follow);
      return null;
    },
    'esrgan/start': async ({ file, stage, resume }) => (await manager()).start(file, stage, resume),
    'esrgan/resume': async ({ run }) => (await manager()).resume(run),
    'esrgan/control': async ({ run, request }) => ({
      isPending: (await manager()).control(run, request),
    }),
    async 'esrgan/kill'({ run }) {
      (await manager()).kill(run);
      return null;
    },
    async 'esrgan/moveInQueue'({ run, by }) {
      await (await manager()).moveInQueue(run, by);
      return null;
    },
    async 'esrgan/removeFromQueue'({ run }) {
      await (await manager()).removeFromQueue(run);
      return null;
    },
    async 'esrgan/deleteRun'({ run }) {
      (await manager()).deleteRun(run);
      return null;
    },
    'esrgan/engines': async ({ again }) => (await manager()).engines(again),
    async 'esrgan/inventory'({ folder }) {
      const { dataDir, scale } = dataOf(folder, workspace());
      return (await manager()).inventory(folder, dataDir, scale);
    },
    async 'esrgan/runFiles'() {
      await workspace().ready;
      return workspace()
        .runFiles()
        .map(({ file }) => file)
        .sort();
    },
    'esrgan/presets': () => presets,
    'esrgan/duplicate': ({ text, name, taken }) => duplicateWithChanges(text, name, [], taken),
    'esrgan/importBasicSR'({ text }) {
      const imported = importBasicSR(text);
      if ('problem' in imported) throw new WorkbenchError('config', imported.problem);
      return imported;
    },
  };
  answer(connection, handlers);
}

/** The data folder and scale that most run files of a folder of the workspace name, or the usual ones. */
function dataOf(folder: string, workspace: Workspace): { readonly dataDir: string; readonly scale: number } {
  const files = workspace.runFiles().filter(({ file }) => file.startsWith(folder + sep));
  const count = (dataDir: string) => files.filter((each) => each.dataDir === dataDir).length;
  const [first] = files.toSorted((a, b) => count(b.dataDir) - count(a.dataDir));
  return first ?? { dataDir: resolve(folder, 'data'), scale: 4 };
}
