import { expect, test } from 'vitest';
import { carryOver } from '../../../../server/language/carry-over.ts';

const before = 'a\nb\nc\nd';

/** Problems on the lines that hold `b` and `d`, the second related to the first. */
const problems = [1, 3].map((line) => ({
  range: { start: { line, character: 0 }, end: { line, character: 1 } },
  message: `of ${'abcd'[line]}`,
  relatedInformation: [
    {
      message: 'b',
      location: { uri: '', range: { start: { line: 1, character: 0 }, end: { line: 1, character: 1 } } },
    },
  ],
}));

test.each<[string, string, string[]]>([
  ['nothing', before, ['1 of b, see 1', '3 of d, see 1']],
  ['a line above', 'new\na\nb\nc\nd', ['2 of b, see 2', '4 of d, see 2']],
  ['a line between', 'a\nb\nc\nnew\nd', ['1 of b, see 1', '4 of d, see 1']],
  ['a line below', 'a\nb\nc\nd\nnew', ['1 of b, see 1', '3 of d, see 1']],
  ['a removed line above', 'b\nc\nd', ['0 of b, see 0', '2 of d, see 0']],
  ['the line of the first problem', 'a\nB\nc\nd', ['3 of d, see']],
  ['both', 'a\nB\nc\nD', []],
  ['everything', '', []],
])('problems where %s changed', (_, after, expected) => {
  const shown = carryOver(problems, before, after).map(({ range, message, relatedInformation = [] }) =>
    `${range.start.line} ${message}, see ${relatedInformation.map(({ location }) => location.range.start.line)}`.trim(),
  );
  expect(shown).toEqual(expected);
});
