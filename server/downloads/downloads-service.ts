import { resolve } from 'node:path';
import { isPublishedModelsReport } from '../../trainer/cli-output/reports.ts';
import { pathIdentity } from '../../trainer/files/paths.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { readCommandJson } from '../command/run-command.ts';
import { answerRequests } from '../connection/answer-requests.ts';
import type { EditorConnection } from '../connection/editor-connection.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { DiskResponse } from '../language/disk/disk-protocol.ts';
import { createDiskThread } from '../language/disk/disk-thread.ts';
import type { ImageSizes } from '../language/disk/image-sizes.ts';
import type { TestSetSummary } from '../protocol/comparison.ts';
import type { DownloadRequests } from '../protocol/downloads.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { downloadWork } from './download-job.ts';
import { createInventory } from './inventory.ts';
import { ownImages, withoutItems } from './own-images.ts';

interface DownloadSources {
  /** The test sets of a workspace folder. */
  testSets(folder: string): readonly TestSetSummary[];
  programs(): CommandPrograms;
  readonly workspace: Workspace;
  readonly jobs: Jobs;
  /** Called after a download: data sets or weights may be there now. */
  filesChanged(): void;
}

/** Answers the requests about data sets, weights and published models. */
export function registerDownloads(
  connection: EditorConnection,
  { programs, workspace, jobs, testSets, filesChanged }: DownloadSources,
): void {
  // Its own thread: problems of run files do not wait for the sizes of large data sets.
  const disk = createDiskThread();
  let requests = 0;

  async function sizesOf(patterns: readonly string[]): Promise<ImageSizes> {
    requests++;
    const response = await new Promise<DiskResponse>((resolveResponse) => {
      disk.request(String(requests), { kind: 'sizes', patterns }, resolveResponse);
    });
    if ('sizes' in response) return response.sizes;
    throw new Error('error' in response ? response.error : 'the disk thread answered another request');
  }

  const inventory = createInventory(programs);
  answerRequests<keyof DownloadRequests>(connection, {
    async 'esrgan/inventory'({ folder, file }) {
      await workspace.ready;
      const identity = file === undefined ? undefined : pathIdentity(file);
      const runFile = workspace.runFiles().find((each) => pathIdentity(each.file) === identity);
      const { dataDir, scale } = runFile ?? dataFolderOf(folder, workspace);
      const [items, own] = await Promise.all([
        inventory({ dataDir, scale }),
        ownImages(workspace.runFiles(folder), testSets(folder), sizesOf),
      ]);
      return { items, own: withoutItems(own, items) };
    },
    'esrgan/publishedModels': ({ mirror }) =>
      readCommandJson(
        programs(),
        ['models', 'search', '--json', ...(mirror === null ? [] : ['--mirror', mirror])],
        isPublishedModelsReport,
      ),
    'esrgan/download'(item) {
      const work = downloadWork(programs(), item);
      const job = jobs.add({ kind: 'download', item }, async (report, signal) => {
        try {
          await work(report, signal);
        } finally {
          filesChanged();
        }
      });
      return { job };
    },
  });
}

/** The data folder that most run files of a workspace folder have, and the scale of most of these, or the defaults. */
function dataFolderOf(
  folder: string,
  workspace: Workspace,
): { readonly dataDir: string; readonly scale: number } {
  const files = workspace.runFiles(folder);
  const dataDir = mostFrequent(files.map((file) => file.dataDir)) ?? resolve(folder, 'data');
  const scale = mostFrequent(files.filter((file) => file.dataDir === dataDir).map((file) => file.scale)) ?? 4;
  return { dataDir, scale };
}

function mostFrequent<T>(values: readonly T[]): T | undefined {
  const count = (value: T) => values.filter((each) => each === value).length;
  return values.toSorted((a, b) => count(b) - count(a))[0];
}
