import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startPreview } from '../../../../server/comparison/preview-child.ts';
import { temporaryFolder } from '../../trainer/runs/temporary-run.ts';

test('a process that is closed can finish what it writes', async () => {
  const folder = temporaryFolder();
  const [started, ended] = [join(folder, 'started'), join(folder, 'ended')];
  const esrgan = join(folder, 'esrgan.mjs');
  writeFileSync(
    esrgan,
    `import { writeFileSync } from 'node:fs';
     process.once('disconnect', () => { writeFileSync(${JSON.stringify(ended)}, ''); process.exit(); });
     writeFileSync(${JSON.stringify(started)}, '');`,
  );
  const onEnd = vi.fn();
  const child = startPreview({ node: process.execPath, esrgan }, 'cpu', onEnd);
  const image = { path: 'a.png', role: 'lr', box: null } as const;
  const answer = child.send({ image, scale: 4, models: [], results: [], lr: null, hr: null, bicubic: null });
  answer.catch(() => undefined);
  await vi.waitFor(() => expect(existsSync(started)).toBe(true), { timeout: 20_000 });

  child.close();
  await expect(answer).rejects.toThrow('The preview was closed.');
  await vi.waitFor(() => expect(existsSync(ended)).toBe(true), { timeout: 20_000 });
  expect(onEnd).toHaveBeenCalledTimes(1);
});
