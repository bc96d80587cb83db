import { expect, test } from 'vitest';
import { createFollows } from '../../../../client/runs/follows.ts';

test('the server hears of the first and of the last who follow', () => {
  const told: string[] = [];
  const follows = createFollows((run, follow) => told.push(`${follow ? '+' : '-'}${run}`));
  const [panel, tree] = [{}, {}];

  follows.follow(panel, 'a');
  follows.follow(panel, 'a');
  follows.follow(tree, 'a');
  follows.follow(tree, 'b');
  expect(told.splice(0)).toEqual(['+a', '+b']);
  expect(follows.runsOf(tree)).toEqual(['a', 'b']);

  follows.release(tree);
  follows.unfollow(tree, 'a');
  expect(told.splice(0)).toEqual(['-b']);
  expect([follows.isFollowing(tree, 'a'), follows.isFollowing(panel, 'a')]).toEqual([false, true]);

  follows.tellAll();
  expect(told.splice(0)).toEqual(['+a']);

  follows.unfollow(panel, 'a');
  expect(told).toEqual(['-a']);
});
