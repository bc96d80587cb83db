import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Position, readRunFile } from '../../../trainer/config/index.ts';
import { fakeFiles, images } from './fake-files.ts';

/** The full example of the documentation uses nearly every key. */
const valid = [...readFileSync('docs/run-file.md', 'utf8').matchAll(/```yaml\n(.*?)```/gs)]
  .map(([, text = '']) => text)
  .reduce((a, b) => (b.length > a.length ? b : a), '');
const json = JSON.stringify(readRunFile(valid, { file: '/p/a.yaml' }).config, undefined, ' ');
const files = fakeFiles({ '/p/aerial': images(3, [100, 300]), '/p/tiles/val': images(2, null) });

/** Reads a text and checks what holds for every text. */
function check(text: string) {
  const { config, problems } = readRunFile(text, { file: '/p/run.esrgan.yaml', files });
  const stopped = problems.some(({ severity, stage }) => severity === 'error' && stage === undefined);
  expect(config === undefined, text).toBe(stopped);
  for (const { start, end, message, code } of problems) {
    expect(code, text).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(message.length, text).toBeGreaterThan(5);
    expect(start.offset, text).toBeLessThanOrEqual(end.offset);
    for (const place of [start, end]) expect(place, text).toEqual(placeOf(text, place.offset));
  }
}

function placeOf(text: string, offset: number): Position {
  expect(offset).toBeLessThanOrEqual(text.length);
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1, offset };
}

test.each([
  ['YAML', valid],
  ['JSON', json],
])('every beginning of a valid %s file is read', (_, text) => {
  expect(text.length).toBeGreaterThan(1000);
  for (let end = 0; end <= text.length; end++) check(text.slice(0, end));
});

test('files with random damage are read', () => {
  const scraps = [
    ...'[]{}:-?*&!|>%@`"\'#,\n\t ~<=0\\',
    ': ',
    '- ',
    '\n  ',
    '*d',
    '&d ',
    '!!set ',
    '---\n',
    '...\n',
    '<<: ',
    'null',
    '.nan',
    '1e999',
    '__proto__: ',
  ];
  let state = 1;
  /** Marsaglia's xorshift, so that a failure comes again. */
  const below = (n: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
  for (let round = 0; round < 1000; round++) {
    let text = round % 2 ? json : valid;
    for (let cuts = 1 + below(4); cuts > 0; cuts--) {
      const at = below(text.length);
      const middle = below(2)
        ? (scraps[below(scraps.length)] ?? '')
        : text.slice(at, at + below(40)).repeat(below(3));
      text = text.slice(0, at) + middle + text.slice(at + below(12));
    }
    check(text);
  }
});
