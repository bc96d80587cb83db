import { describe, expect, test } from 'vitest';
import { completeFilter, parseFilter, quoted } from '../../../../trainer/run-table/filter.ts';
import type { Column } from '../../../../trainer/run-table/table.ts';
import { columns, rows } from './example-table.ts';

/** The names of the rows that an expression lets pass. */
function passing(expression: string): string {
  const { filter, problem } = parseFilter(expression, columns);
  return problem === undefined
    ? rows
        .filter(filter)
        .map(({ run }) => run)
        .join(' ')
    : problem.message;
}

describe('rows that pass', () => {
  test.each([
    ['', 'a b c d'],
    ['  ', 'a b c d'],
    ['psnr > 29', 'a b'],
    ['psnr >= 30', 'a b'],
    ['psnr < 29', 'c'],
    ['psnr <= 28.5', 'c'],
    ['psnr = 30', 'a'],
    ['psnr = 3e1', 'a'],
    ['psnr != 30', 'b c d'],
    ['psnr = none', 'd'],
    ['psnr != none', 'a b c'],
    ['psnr > 1000', 'b'],
    ['generator.type = compact', 'a c'],
    ['generator.type = COMPACT', 'a c'],
    ['generator.type != compact', 'b d'],
    ['psnr > 29 and generator.type = compact', 'a'],
    ['psnr < 29 or generator.type = rrdb', 'b c'],
    ['psnr > 29 AND generator.type = rrdb OR name = d', 'b d'],
    ['name = d or psnr > 29 and generator.type = rrdb', 'b d'],
    ['(name = d or psnr > 29) and generator.type = rrdb', 'b'],
    ['not psnr > 29', 'c d'],
    ['not (psnr > 29 or name = c)', 'd'],
    ['not not name = a', 'a'],
    ['not name = a and not name = b', 'c d'],
    ['tags has paper', 'a b'],
    ['tags has "two words"', 'b'],
    ['not tags has paper', 'c d'],
    ['tags = none', 'c d'],
    ['tags = paper', 'a'],
    ['tags != paper', 'b c d'],
    ['note ~ LEARNING', 'a'],
    ['note ~ "learning rate"', 'a'],
    ['note !~ learning', 'b c d'],
    ['note ~ "say \\"hi\\""', 'b'],
    ['pinned', 'c'],
    ['not pinned', 'a b d'],
    ['pinned = false', 'a b d'],
    ['pinned and psnr < 29', 'c'],
    ['"odd key" = 2', 'b'],
    ['created > 2030-01-02', 'b c'],
    ['created < 2030-01-02T00:00', 'a'],
    ['trained > 90min', 'b'],
    ['trained >= 1h', 'a b'],
    ['trained < 1d and trained > 3599s', 'a b'],
    ['trained > 0', 'a b c'],
    ['progress >= 50%', 'a b'],
    ['progress < 0.5', 'c'],
    ['psnr>29 and name=a', 'a'],
  ])('%s', (expression, expected) => {
    expect(passing(expression)).toBe(expected);
  });
});

describe('problems', () => {
  test.each([
    ['psnrr > 3', 0, 5, 'Character 1: `psnrr` is not a column. Did you mean `psnr`?'],
    [
      'psnr',
      4,
      4,
      'Character 5: the expression ends here. Expected an operator after psnr: =, !=, >, >=, <, <=.',
    ],
    [
      'psnr >',
      6,
      6,
      'Character 7: the expression ends here. Expected a number such as 29.5 or 1e-4, or `none`.',
    ],
    [
      'psnr > high',
      7,
      11,
      'Character 8: found `high`. psnr is a number: write a number such as 29.5 or 1e-4, or `none`.',
    ],
    ['psnr ~ 3', 5, 6, 'Character 6: found `~`. psnr is a number, which allows =, !=, >, >=, <, <=.'],
    ['name > a', 5, 6, 'Character 6: found `>`. name is text, which allows =, !=, ~, !~.'],
    ['name has a', 5, 8, 'Character 6: found `has`. name is text, which allows =, !=, ~, !~.'],
    ['pinned = maybe', 9, 14, 'Character 10: found `maybe`. pinned is `true` or `false`.'],
    [
      'created > yesterday',
      10,
      19,
      'Character 11: found `yesterday`. created is a time: write a date such as 2030-01-31 or 2030-01-31T12:00, or `none`.',
    ],
    [
      'trained > 3y',
      10,
      12,
      'Character 11: found `3y`. trained is a duration: write a duration such as 90s, 30min, 2h or 3d, or `none`.',
    ],
    [
      'trained > 2',
      10,
      11,
      'Character 11: found `2`. trained is a duration: write a duration such as 90s, 30min, 2h or 3d, or `none`.',
    ],
    [
      'foo = 1',
      0,
      3,
      'Character 1: `foo` is not a column. The columns are `name`, `psnr`, `generator.type`, `tags`, `note`, `pinned`, `created`, `trained`, `progress`, `odd key`.',
    ],
    ['psnr > 3 h', 9, 10, 'Character 10: found `h`. Expected `and` or `or`.'],
    [
      'psnr > 3h',
      7,
      9,
      'Character 8: found `3h`. psnr is a number: write a number such as 29.5 or 1e-4, or `none`.',
    ],
    ['(psnr > 3', 9, 9, 'Character 10: the expression ends here. Expected `and`, `or` or `)`.'],
    ['psnr > 3)', 8, 9, 'Character 9: found `)`. Expected `and` or `or`.'],
    ['psnr > 3 and', 12, 12, 'Character 13: the expression ends here. Expected a column, `not` or `(`.'],
    ['and psnr > 3', 0, 3, 'Character 1: found `and`. Expected a column, `not` or `(`.'],
    [
      'name = "abc',
      7,
      11,
      'Character 8: the quotation mark of "abc has no second one. Expected a text, or `none`; one with spaces in double quotes.',
    ],
    ['psnr > none', 7, 11, 'Character 8: `none` can only be compared with = and !=.'],
    ['psnr ! 3', 5, 6, 'Character 6: found `!`. Expected an operator after psnr: =, !=, >, >=, <, <=.'],
  ])('%s', (expression, start, end, message) =>
    expect(parseFilter(expression, columns).problem).toEqual({ start, end, message }),
  );
});

describe('completion at the |', () => {
  test.each([
    ['|', ['name', 'psnr', 'generator.type', 'tags', 'note']],
    ['ps|', ['psnr']],
    ['type|', ['generator.type']],
    ['psnr |', ['=', '!=', '>', '>=', '<', '<=']],
    ['tags |', ['has', '=', '!=']],
    ['pinned |', ['and', 'or', '=', '!=']],
    ['generator.type = |', ['compact', 'rrdb', 'none']],
    ['generator.type = c|', ['compact']],
    ['tags has |', ['"two words"', 'paper', 'none']],
    ['tags has tw|', ['"two words"']],
    ['tags has "tw|', ['"two words"']],
    ['pinned = |', ['true', 'false']],
    ['psnr > 29 |', ['and', 'or', ')']],
    ['psnr > 29 and n|', ['name', 'note', 'not', 'psnr', 'generator.type']],
    ['not |', ['name', 'psnr', 'generator.type', 'tags', 'note']],
    ['psnr > 29|', []],
    ['p| > 29', ['psnr', 'pinned', 'progress', 'generator.type']],
  ])('%s', (marked, first) => {
    const position = marked.indexOf('|');
    const { start, end, items } = completeFilter(marked.replace('|', ''), position, columns, rows);
    expect(items.slice(0, first.length)).toEqual(first);
    expect(end).toBe(position);
    expect(marked.slice(start, end)).not.toContain(' ');
    if (first.length < 5 && !marked.includes('n|')) expect(items).toHaveLength(first.length);
  });
});

test.each([
  [
    [4, 8, 16],
    ['16', '4', '8', 'none'],
  ],
  [Array.from({ length: 13 }, (_, i) => 28 + i / 7), ['none']],
])('numbers are completed if there are few: %j', (numbers, expected) => {
  const column: Column = { key: 'x', kind: 'number', source: 'config' };
  const rows = numbers.map((value, index) => ({ run: `/runs/${index}`, cells: [value] }));
  expect(completeFilter('x = ', 4, [column], rows).items).toEqual(expected);
});

test.each([
  ['compact', 'compact'],
  ['two words', '"two words"'],
  ['say "hi"', '"say \\"hi\\""'],
  ['and', '"and"'],
  ['none', '"none"'],
  ['', '""'],
  ['[64, 64]', '"[64, 64]"'],
])('%s is written as %s, and found again', (text, written) => {
  expect(quoted(text)).toBe(written);
  const row = { run: 'x', cells: columns.map(({ key }) => (key === 'note' ? text : null)) };
  expect(parseFilter(`note = ${written}`, columns).filter?.(row)).toBe(true);
});
