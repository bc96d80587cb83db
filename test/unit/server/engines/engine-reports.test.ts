import { expect, test } from 'vitest';
import { createEngineReports } from '../../../../server/engines/engine-reports.ts';

/** Reports of a machine whose probes have these outcomes, in order; a reason is a failure. */
function reportsOf(...outcomes: ({ chosen: string } | { reason: string })[]) {
  const probed: string[] = [];
  let node = '/node';
  const reports = createEngineReports(
    () => ({ node, esrgan: '/esrgan.js' }),
    async (programs) => {
      const outcome = outcomes[probed.push(programs.node) - 1];
      if (outcome === undefined || 'reason' in outcome) throw new Error(outcome?.reason);
      return { ...outcome, engines: [], devices: [] };
    },
  );
  return {
    probed,
    /** What a request is answered with. */
    ask: (again = false) =>
      reports(again).then(
        ({ chosen }) => chosen,
        ({ message }: Error) => message,
      ),
    setNode(path: string) {
      node = path;
    },
    reports,
  };
}

test.each([
  ['a report', { chosen: 'cpu' }, 'cpu'],
  ['a failure', { reason: 'This machine has no engine.' }, 'This machine has no engine.'],
])('%s is kept until a person asks again', async (_, outcome, answer) => {
  const { ask, probed } = reportsOf(outcome, { chosen: 'webgpu' });
  expect([await ask(), await ask(), await ask()]).toEqual([answer, answer, answer]);
  expect(probed.length).toBe(1);
  expect([await ask(true), await ask()]).toEqual(['webgpu', 'webgpu']);
  expect(probed.length).toBe(2);
});

test('another Node.js is asked by itself', async () => {
  const { ask, setNode, probed } = reportsOf({ reason: 'There is no /node.' }, { chosen: 'cpu' });
  expect(await ask()).toBe('There is no /node.');
  setNode('/other');
  expect([await ask(), await ask()]).toEqual(['cpu', 'cpu']);
  expect(probed).toEqual(['/node', '/other']);
});

test('requests at the same time have one answer', () => {
  const { reports, probed } = reportsOf({ chosen: 'cpu' });
  expect(reports(false)).toBe(reports(false));
  expect(probed.length).toBe(1);
});
