import { randomUUID } from 'node:crypto';
import type { UpscalingBatch, UpscalingResult } from '../../server/protocol/upscaling.ts';
import { showProgress } from '../notifications.ts';
import type { ServerLink } from '../server/server-link.ts';
import { progressPercent, progressText } from './upscale-labels.ts';

/**
 * Upscales images, with a notification that shows the progress and can cancel. `onExisting` receives the images whose
 * results exist, before the work starts and perhaps again.
 */
export function runBatch(
  link: ServerLink,
  batch: Omit<UpscalingBatch, 'batch'>,
  onExisting: (inputs: readonly string[]) => void,
): Promise<UpscalingResult> {
  const id = randomUUID();
  return Promise.resolve(
    showProgress(undefined, async (report, token) => {
      let percent = 0;
      const listening = link.onNotification('esrgan/upscalingProgress', (progress) => {
        if (progress.batch !== id) return;
        const reached = progressPercent(progress);
        report({ message: progressText(progress), increment: reached - percent });
        percent = reached;
        if (progress.kept.length > 0) onExisting(progress.kept);
      });
      try {
        return await link.request('esrgan/upscale', { ...batch, batch: id }, token);
      } finally {
        listening.dispose();
      }
    }),
  );
}
