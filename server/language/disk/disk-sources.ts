import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { statOf } from '../../../trainer/files/regular-file.ts';
import { listCheckpoints } from '../../../trainer/runs/checkpoints.ts';
import { listRuns } from '../../../trainer/runs/list.ts';
import type { CompletionSources } from '../completion-sources.ts';

/** Reads the disk. Never throws. */
export const diskSources: CompletionSources = {
  listFolder(folder) {
    return entriesOf(folder).map((entry) => ({
      name: entry.name,
      isFolder:
        entry.isDirectory() ||
        (entry.isSymbolicLink() && statOf(join(folder, entry.name))?.isDirectory() === true),
    }));
  },
  listCheckpoints(runsDir) {
    const runs = listRuns(runsDir, Date.now()).filter(({ kind }) => kind === 'esrgan');
    return runs.flatMap(({ paths }) =>
      listCheckpoints(paths).map(({ path, state }) => ({
        path,
        run: paths.name,
        stage: state.stage,
        step: state.step,
        psnr: state.metrics.psnr ?? null,
      })),
    );
  },
};

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
