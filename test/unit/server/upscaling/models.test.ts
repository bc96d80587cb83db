import { expect, test } from 'vitest';
import { createModelList } from '../../../../server/upscaling/models.ts';
import { WorkbenchError } from '../../../../trainer/errors/errors.ts';

const sources = Array.from({ length: 200 }, (_, index) => ({
  path: `/none/${index}.pth`,
  source: { kind: 'file' } as const,
}));

/** The command `esrgan inspect --brief`, which some files end. */
function inspectWithout(fatal: readonly string[], error: Error) {
  const calls: (readonly string[])[] = [];
  const inspect = async (args: readonly string[]) => {
    const paths = args.slice(args.indexOf('--') + 1);
    calls.push(paths);
    if (paths.some((path) => fatal.includes(path))) throw error;
    const unknown = { format: null, architecture: null, scale: 4, blocks: null, channels: null };
    return paths
      .map((path) => JSON.stringify({ path, bytes: 1, ...unknown, metadata: {}, problem: null }))
      .join('\n');
  };
  return { inspect, calls };
}

test('a file that ends the command does not hide the others', async () => {
  const fatal = ['/none/7.pth', '/none/150.pth'];
  const { inspect, calls } = inspectWithout(fatal, new WorkbenchError('internal', 'killed by SIGABRT'));
  const models = await createModelList().describe(inspect, sources);
  expect(models.map(({ path }) => path)).toEqual(sources.map(({ path }) => path));
  for (const { path, scale, problem } of models) {
    const isFatal = fatal.includes(path);
    expect(scale).toBe(isFatal ? null : 4);
    expect(problem).toBe(isFatal ? `${path} cannot be described: killed by SIGABRT` : null);
  }
  // Halves of halves, not one call for each file.
  expect(calls.length).toBeLessThan(40);
});

test('a cancelled request describes nothing, and the next one all', async () => {
  const list = createModelList();
  const { inspect: cancelled } = inspectWithout(
    sources.map(({ path }) => path),
    new WorkbenchError('interrupted', 'Cancelled.'),
  );
  await expect(list.describe(cancelled, sources)).rejects.toThrow('Cancelled.');
  const { inspect } = inspectWithout([], new Error());
  expect((await list.describe(inspect, sources)).every(({ problem }) => problem === null)).toBe(true);
});
