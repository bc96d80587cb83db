import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Checkpoint, latestCheckpoint, listCheckpoints } from '../../../../trainer/runs/checkpoints.ts';
import { recoverRun } from '../../../../trainer/runs/recover.ts';
import { bundleScript } from './bundle-script.ts';
import { temporaryRun } from './temporary-run.ts';

/** The writes of the victim in order. */
const writings = ['none', '1:a', '2:b', '2:c', '3:d'];

/** The write of a checkpoint, the same in both of its files. */
function writingOf(checkpoint: Checkpoint | undefined): string {
  if (checkpoint === undefined) return 'none';
  const letters = Object.keys(checkpoint.state.files).map((name) =>
    readFileSync(join(checkpoint.path, name), 'utf8').replace(`${name} `, ''),
  );
  return `${checkpoint.state.step}:${[...new Set(letters)].join()}`;
}

test('a writer that is killed before any of its calls leaves its last checkpoint whole', () => {
  const script = bundleScript('checkpoint-victim.ts');
  let kills = 0;
  for (let finished = false; !finished; ) {
    const paths = temporaryRun();
    const victim = spawnSync(process.execPath, [script, paths.root, String(kills + 1)], {
      encoding: 'utf8',
    });
    expect(victim.stderr).toBe('');
    const said = victim.stdout.split('\n').slice(0, -1);
    finished = said.at(-1) === 'done';
    // Windows names no signal.
    expect(victim.status === 0).toBe(finished);
    const safe = said.filter((line) => line !== 'done').at(-1) ?? 'none';

    // A reader never sees a checkpoint that is not whole.
    const seen = latestCheckpoint(paths);
    expect(seen.problems, `call ${kills + 1}`).toEqual([]);
    for (const each of [seen.checkpoint, ...listCheckpoints(paths)])
      expect(writings).toContain(writingOf(each));

    // A trainer that resumes finds the last reported one or the one after it.
    recoverRun(paths, new Map());
    const { checkpoint, problems } = latestCheckpoint(paths);
    expect(problems).toEqual([]);
    const next = writings[writings.indexOf(safe) + 1];
    expect([safe, next], `call ${kills + 1}`).toContain(writingOf(checkpoint));
    expect(readdirSync(paths.checkpoints).filter((name) => name.startsWith('.'))).toEqual([]);
    if (!finished) kills++;
  }
  // At least the calls for four checkpoints of three files each.
  expect(kills).toBeGreaterThan(4 * 3 * 4);
});
