import { dirname, join } from 'node:path';
import {
  isPatchesDone,
  type PatchesDone,
  type PatchesRequest,
  type TrainingPatches,
} from '../../trainer/cli-output/training-patches.ts';
import { readRunFileText } from '../../trainer/config/index.ts';
import { createFolderSync } from '../../trainer/files/create-folder.ts';
import { pathIdentity } from '../../trainer/files/paths.ts';
import { writableCacheFolder } from '../../trainer/files/user-folders.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';
import { writeFileAtomic } from '../../trainer/runs/atomic-file.ts';
import { sha256OfText } from '../../trainer/runs/sha256.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { type ResidentCommand, startResident } from '../command/resident-command.ts';
import { answerRequests } from '../connection/answer-requests.ts';
import type { EditorConnection } from '../connection/editor-connection.ts';
import type { TrainingPatchesRequests } from '../protocol/training-patches.ts';
import { patchesPage } from './patches-page.ts';

interface Sources {
  programs(): CommandPrograms;
  /** The text of a run file that is open in the editor. */
  openText(file: string): string | undefined;
  /** A run file whose patches were requested may have others now. */
  onChanged(file: string): void;
}

/** Makes training patches in child processes. */
export interface TrainingPatchesService {
  /** Writes a page with the patches of the first step of a stage; returns its path. */
  writePage(file: string, stage: Stage): Promise<string>;
  /** A document has changed; without a path, files on the disk have. */
  changed(file?: string): void;
  close(): void;
}

/** A process that makes the patches of one run file, so that requests about others do not cancel its work. */
interface PatchesChild {
  readonly file: string;
  readonly command: ResidentCommand<Omit<PatchesRequest, 'id'>, PatchesDone>;
  timer?: NodeJS.Timeout;
}

/** Milliseconds without a request after which a process ends. It holds decoded images. */
const idle = 120_000;

/** Patches on a page for other editors. */
const patchesOnPage = 32;

export function registerTrainingPatches(
  connection: EditorConnection,
  { programs, openText, onChanged }: Sources,
): TrainingPatchesService {
  const children = new Map<string, PatchesChild>();

  function childOf(file: string): PatchesChild {
    const key = pathIdentity(file);
    const known = children.get(key);
    if (known) return known;
    const child: PatchesChild = {
      file,
      command: startResident(programs(), ['patches'], isPatchesDone, () => {
        clearTimeout(child.timer);
        if (children.get(key) === child) children.delete(key);
      }),
    };
    children.set(key, child);
    return child;
  }

  async function patchesOf(request: Omit<PatchesRequest, 'id' | 'text'>): Promise<TrainingPatches> {
    const child = childOf(request.file);
    clearTimeout(child.timer);
    try {
      const text = openText(request.file) ?? readRunFileText(request.file);
      return (await child.command.send({ ...request, text })).patches;
    } finally {
      clearTimeout(child.timer);
      child.timer = setTimeout(() => child.command.close(), idle);
      // Waiting for its end is no reason for the server to stay.
      child.timer.unref();
    }
  }

  answerRequests<keyof TrainingPatchesRequests>(connection, {
    'esrgan/trainingPatches': (query) => patchesOf(query),
  });

  return {
    async writePage(file, stage) {
      const patches = await patchesOf({ file, stage, step: 1, count: patchesOnPage, without: [] });
      const path = join(
        writableCacheFolder(process.env),
        'reports',
        `patches-${sha256OfText(file).slice(0, 16)}.html`,
      );
      createFolderSync(dirname(path));
      writeFileAtomic(path, patchesPage(file, patches));
      return path;
    },
    changed(file) {
      for (const [key, child] of children)
        if (file === undefined || key === pathIdentity(file)) onChanged(child.file);
    },
    close() {
      for (const { command } of [...children.values()]) command.close();
    },
  };
}
