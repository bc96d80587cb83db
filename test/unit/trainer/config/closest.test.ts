import { expect, test } from 'vitest';
import { closest } from '../../../../trainer/config/closest.ts';

const keys = ['num_basic_blocks', 'num_dense_blocks', 'batch_size', 'seed', 'scale_factor', 'lr'];

test.each<[string, string | undefined]>([
  ['num_block', 'num_basic_blocks'],
  ['num_dense_block', 'num_dense_blocks'],
  ['batchsize', 'batch_size'],
  ['Batch-Size', 'batch_size'],
  ['sead', 'seed'],
  ['scale', 'scale_factor'],
  ['optimizer', undefined],
  ['', undefined],
])('%s means %s', (word, meant) => expect(closest(word, keys)).toBe(meant));

test('no candidates give no match', () => expect(closest('seed', [])).toBe(undefined));
