import type { Random } from '../../../trainer/data/random.ts';
import { oneOf } from './damage.ts';

/** Meaningful words of YAML, JSON and JavaScript. */
const scraps = [
  ...'[]{}:-?*&!|>%@`"\'#,\n\t\r ~<=0\\\0\u2028\ufeff\ud800',
  ...[
    ': ',
    '- ',
    '\n  ',
    '*d',
    '&d ',
    '!!set ',
    '!!binary ',
    '---\n',
    '...\n',
    '<<: ',
    'null',
    '.nan',
    '.inf',
  ],
  ...[
    '1e999',
    '-1',
    '0x10',
    '1_000',
    '9007199254740993',
    '__proto__: ',
    'constructor: ',
    '? a\n: b\n',
    '%YAML 3\n',
  ],
];

/** A text with characters removed, pieces repeated or moved, and misplaced punctuation of the format. */
export function damageText(text: string, random: Random): string {
  let damaged = text;
  for (let changes = 1 + random.integer(4); changes > 0; changes--) {
    const at = random.integer(damaged.length + 1);
    const from = random.chance(0.5) ? at : random.integer(damaged.length + 1);
    const middle = random.chance(0.5)
      ? oneOf(scraps, random).repeat(random.chance(0.02) ? 500 : 1)
      : damaged.slice(from, from + random.integer(40)).repeat(random.integer(3));
    damaged = damaged.slice(0, at) + middle + damaged.slice(at + random.integer(12));
  }
  return random.chance(0.05) ? damaged.slice(0, random.integer(damaged.length + 1)) : damaged;
}
