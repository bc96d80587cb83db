import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { followRun, type RunPart } from '../../../../server/experiments/follow.ts';
import { sendRequest } from '../../../../trainer/runs/control.ts';
import { createEventWriter } from '../../../../trainer/runs/event-writer.ts';
import type { RunPaths } from '../../../../trainer/runs/run-directory.ts';
import { samplesFolder } from '../../../../trainer/runs/run-directory.ts';
import { writeStatus } from '../../../../trainer/runs/status.ts';
import { temporaryRun } from '../../trainer/runs/temporary-run.ts';

const status = {
  state: 'running',
  stage: 'pretraining',
  epoch: 0,
  epochs: 1,
  step: 1,
  steps: 2,
  rate: null,
  etaSeconds: null,
  loss: null,
  psnr: null,
  message: null,
} as const;

test.each<[RunPart, (paths: RunPaths) => void]>([
  ['points', (paths) => createEventWriter(paths.root).close()],
  ['status', (paths) => writeStatus(paths, status)],
  ['log', (paths) => appendFileSync(paths.log, 'a line\n')],
  ['checkpoints', (paths) => mkdirSync(join(paths.checkpoints, 'pretraining-00000001'))],
  ['evaluations', (paths) => writeFileSync(join(paths.evaluations, 'a.json'), '{}')],
  ['samples', (paths) => mkdirSync(samplesFolder(paths, 'training', 5), { recursive: true })],
])('%s: notified when it changes, and nothing else', async (part, change) => {
  const paths = temporaryRun();
  const notified = new Promise<readonly RunPart[]>((resolve) => {
    const following = followRun(paths, (parts) => {
      following.close();
      resolve(parts);
    });
  });
  sendRequest(paths, 'pause');
  change(paths);
  expect(await notified).toEqual([part]);
});

test('growth of any event file is a change of the points', async () => {
  const paths = temporaryRun();
  const files = [100, 200, 300].map((second) => join(paths.root, `events.out.tfevents.${second}.host.1.0`));
  for (const file of files) writeFileSync(file, '');
  for (const file of files) {
    const notified = new Promise<readonly RunPart[]>((resolve) => {
      const following = followRun(paths, (parts) => {
        following.close();
        resolve(parts);
      });
    });
    appendFileSync(file, 'more');
    expect(await notified).toEqual(['points']);
  }
});
