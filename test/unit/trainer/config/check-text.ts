import assert from 'node:assert/strict';
import { type Position, readRunFile } from '../../../../trainer/config/index.ts';
import { fakeFiles, images } from './fake-files.ts';

const files = fakeFiles({ '/p/aerial': images(3, [100, 300]), '/p/tiles/val': images(2, null) });

/** Reads a text as a run file and checks what holds for every text. */
export function checkText(content: string): void {
  // Places are those that an editor shows, which leaves out a mark of the byte order.
  const text = content.replace(/^\ufeff/, '');
  const { config, problems } = readRunFile(content, { file: '/p/run.esrgan.yaml', files });
  const stopped = problems.some(({ severity, stage }) => severity === 'error' && stage === undefined);
  assert.equal(config === undefined, stopped);
  for (const { start, end, message, code } of problems) {
    assert.match(code, /^[a-z]+(-[a-z]+)*$/);
    assert(message.length > 5);
    assert(start.offset <= end.offset);
    for (const place of [start, end]) assert.deepEqual(place, placeOf(text, place.offset));
  }
}

function placeOf(text: string, offset: number): Position {
  assert(offset <= text.length);
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1, offset };
}
