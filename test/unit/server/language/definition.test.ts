import { expect, test } from 'vitest';
import { definition } from '../../../../server/language/definition.ts';
import type { PathProbe } from '../../../../server/language/path-values.ts';
import { asOnUnix } from '../../../unix.ts';
import { marked, runDocument, textIn } from './marked.ts';

const uri = 'file:///p/run.esrgan.yaml';
const disk: PathProbe = {
  kindOf: (path) => {
    const file = asOnUnix(path);
    return file === '/p/psnr.pth' ? 'file' : file === '/p/runs' ? 'folder' : undefined;
  },
};

test.each<[string, string, string[]]>([
  [
    'a use of a data set to its entry',
    'datasets:\n  a: { hr: x }\n  b: { hr: y }\ntraining: { train_datasets: [b|] }\n',
    ['b > b in b: { hr: y }'],
  ],
  ['an entry to itself', 'datasets: { "|a": { hr: x } }\n', ['"a" > a in "a": { hr: x }']],
  ['a predefined name', 'training: { train_datasets: [|div2k] }', []],
  [
    'an alias to its anchor',
    'training:\n  g_sched_steps: &steps [1, 2]\n  d_sched_steps: *st|eps\n',
    ['*steps > &steps in &steps [1, 2]'],
  ],
  [
    'an alias of a list of names',
    'pretraining: { train_datasets: &a [x] }\ntraining: { train_datasets: |*a }',
    ['*a > &a in &a [x]'],
  ],
  ['an alias without an anchor', 'training: { g_lr: *|a }', []],
  ['weights to their file', 'pretraining: { init: psnr|.pth }', ['psnr.pth > /p/psnr.pth']],
  [
    'weights of which only a part is taken',
    'pretraining: { init: { from: psnr|.pth, strict: false } }',
    ['psnr.pth > /p/psnr.pth'],
  ],
  ['a folder', 'runs_dir: r|uns', []],
  ['other values', 'seed: 1|', []],
])('goes from %s', (_, text, expected) => {
  const { text: plain, offset } = marked(text);
  const document = runDocument(plain);
  const links = definition(document, uri, offset, disk);
  const shown = links.map(({ originSelectionRange, targetUri, targetRange, targetSelectionRange }) => {
    const target =
      targetUri === uri
        ? `${textIn(document, targetSelectionRange)} in ${textIn(document, targetRange)}`
        : asOnUnix(targetUri).replace('file://', '');
    return `${originSelectionRange && textIn(document, originSelectionRange)} > ${target}`;
  });
  expect(shown).toEqual(expected);
});
