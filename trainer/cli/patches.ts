import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { isPatchesRequest, type PatchesEvent, type PatchesRequest } from '../cli-output/training-patches.ts';
import { encodePng } from '../data/decode.ts';
import type { Image } from '../data/image.ts';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { endWithParent } from './parent.ts';
import { print } from './terminal.ts';
import { createPatchMaker } from './training-patches.ts';

/**
 * Adds the hidden `esrgan patches`, which answers requests for training patches, one JSON object per line, until its input
 * ends. A newer request cancels the one before it.
 */
export function registerPatches(program: Command): void {
  program.command('patches', { hidden: true }).action(async () => {
    endWithParent();
    const { make } = createPatchMaker();
    const emit = (event: PatchesEvent) => print(`${JSON.stringify(event)}\n`);
    let running = Promise.resolve();
    let latest = new AbortController();

    async function answer(request: PatchesRequest, signal: AbortSignal): Promise<void> {
      const { id, file, text, stage, step, count, without } = request;
      try {
        if (signal.aborted) throw new WorkbenchError('interrupted', 'Cancelled.');
        const query = { file, text, stage, step, count, without: () => without };
        const save = async ({ lr, hr }: { readonly lr: Image; readonly hr: Image }) => ({
          lr: await base64(lr),
          hr: await base64(hr),
        });
        emit({ id, event: 'done', patches: await make(query, save, signal) });
      } catch (error) {
        emit({ id, event: 'failed', message: messageOf(error) });
      }
    }

    for await (const line of createInterface({ input: process.stdin })) {
      const request: unknown = JSON.parse(line);
      if (!isPatchesRequest(request)) throw new WorkbenchError('usage', `Not a valid request: ${line}`);
      latest.abort();
      const controller = new AbortController();
      latest = controller;
      running = running.then(() => answer(request, controller.signal));
    }
    await running;
  });
}

async function base64(image: Image): Promise<string> {
  return (await encodePng(image)).toString('base64');
}
