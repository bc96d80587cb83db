import { expect, test } from 'vitest';
import { createFollowedRuns } from '../../../../client/runs/followed-runs.ts';

test('the server is notified of the first and the last owner of a run', () => {
  const notified: string[] = [];
  const followedRuns = createFollowedRuns((run, follow) => notified.push(`${follow ? '+' : '-'}${run}`));
  const [panel, tree] = [{}, {}];

  followedRuns.follow(panel, 'a');
  followedRuns.follow(panel, 'a');
  followedRuns.follow(tree, 'a');
  followedRuns.follow(tree, 'b');
  expect(notified.splice(0)).toEqual(['+a', '+b']);
  expect(followedRuns.runsOf(tree)).toEqual(['a', 'b']);

  followedRuns.release(tree);
  followedRuns.unfollow(tree, 'a');
  expect(notified.splice(0)).toEqual(['-b']);
  expect([followedRuns.isFollowing(tree, 'a'), followedRuns.isFollowing(panel, 'a')]).toEqual([false, true]);

  followedRuns.notifyAll();
  expect(notified.splice(0)).toEqual(['+a']);

  followedRuns.unfollow(panel, 'a');
  expect(notified).toEqual(['-a']);
});
