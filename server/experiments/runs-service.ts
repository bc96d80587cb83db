import type { ClusterProfile } from '../../schemas/cluster-profiles.ts';
import { profilesFile, readProfiles } from '../../trainer/cluster/profiles.ts';
import { answerRequests } from '../connection/answer-requests.ts';
import type { EditorConnection } from '../connection/editor-connection.ts';
import type { ProfileSummary, RunRequests } from '../protocol/runs.ts';
import type { Manager } from './manager.ts';

/** Answers the requests about runs. A run file that is started belongs to the workspace from then on: `addRunFile`. */
export function registerRuns(
  connection: EditorConnection,
  manager: () => Promise<Manager>,
  addRunFile: (file: string) => void,
): void {
  answerRequests<keyof RunRequests>(connection, {
    'esrgan/runs': async () => (await manager()).runs(),
    'esrgan/run': async ({ run }) => (await manager()).run(run),
    'esrgan/points': async ({ run, after }) => (await manager()).points(run, after),
    'esrgan/newestPoints': async ({ run, count }) => (await manager()).newestPoints(run, count),
    async 'esrgan/follow'({ run, follow }) {
      (await manager()).follow(run, follow);
      return null;
    },
    async 'esrgan/start'({ file, stage, resume }) {
      const runs = await manager();
      addRunFile(file);
      return runs.start(file, stage, resume);
    },
    async 'esrgan/plan'(target) {
      const runs = await manager();
      if (target.file !== undefined) addRunFile(target.file);
      return runs.plan(target);
    },
    'esrgan/profiles': () => {
      const file = profilesFile();
      return {
        file,
        profiles: [...readProfiles(file)].map(([name, profile]) => profileSummary(name, profile)),
      };
    },
    async 'esrgan/submit'({ target, profile }) {
      const runs = await manager();
      if ('file' in target) addRunFile(target.file);
      return runs.submit(target, profile);
    },
    'esrgan/runFile': async ({ run }) => (await manager()).runFile(run),
    'esrgan/resume': async (target) => (await manager()).resume(target, target.asTrained === true),
    'esrgan/control': async ({ run, request }) => (await manager()).control(run, request),
    async 'esrgan/kill'({ run }) {
      await (await manager()).kill(run);
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
    async 'esrgan/keepCheckpoint'({ run, checkpoint, keep }) {
      (await manager()).keepCheckpoint(run, checkpoint, keep);
      return null;
    },
    async 'esrgan/testWebhook'() {
      await (await manager()).testWebhook();
      return null;
    },
    'esrgan/runTable': async ({ since }) => (await manager()).table(since),
    async 'esrgan/changeNotes'({ runs, change }) {
      (await manager()).changeNotes(runs, change);
      return null;
    },
    async 'esrgan/requireDeletable'({ run }) {
      (await manager()).requireDeletable(run);
      return null;
    },
    async 'esrgan/releaseRun'({ run }) {
      (await manager()).release(run);
      return null;
    },
    async 'esrgan/deleteRun'({ run }) {
      await (await manager()).deleteRun(run);
      return null;
    },
  });
}

function profileSummary(name: string, { partition, gres, time }: ClusterProfile): ProfileSummary {
  const parts = [partition, gres, time].filter((part) => part !== undefined);
  return { name, description: parts.join(' · ') };
}
