import { beforeEach, expect, test, vi } from 'vitest';
import { codeLenses } from '../../../../server/language/code-lenses.ts';
import { complete } from '../../../../server/language/complete.ts';
import { diagnose } from '../../../../server/language/diagnose.ts';
import { openDocument } from '../../../../server/language/document.ts';
import { hover } from '../../../../server/language/hover.ts';

/** What the parser was given since the test began, without what is blank. */
let read = '';

vi.mock('yaml', async (importOriginal) => {
  const yaml = await importOriginal<typeof import('yaml')>();
  class WatchedParser extends yaml.Parser {
    override *parse(source: string, incomplete?: boolean) {
      read += source.replaceAll(/\s/g, '');
      yield* super.parse(source, incomplete);
    }
  }
  return { ...yaml, Parser: WatchedParser };
});

beforeEach(() => {
  read = '';
});

const sets = Array.from(
  { length: 400 },
  (_, i) =>
    `  set_${i}:\n    hr:\n      train: sets/${i}/train\n      val: 'sets/${i}/val' # checked\n    downscale: bicubic\n`,
).join('');
const sound = `name: long\ndatasets:\n${sets}pretraining:\n  lr: 2e-4\n  train_datasets: [set_1, set_7]\n`;

// Reading is most of what each keystroke costs, and the second reading of a broken text would double it.
test.each<[string, string]>([
  ['without errors', sound],
  ['with a wrong value in each set', sound.replaceAll('bicubic', 'bicubik')],
  ['with a half-typed line', sound.replace('  lr: 2e-4\n', '  num\n  lr: 2e-4\n')],
  ['with a half-typed set in its middle', sound.replace('  set_200:\n', '  set_1\n  set_200:\n')],
  ['with an unclosed quote', sound.replace("'sets/200/val'", "'sets/200/val")],
  ['with an unclosed bracket', sound.replace('[set_1, set_7]', '[set_1, set_7')],
])('a long file %s is parsed only once for all features', (_, text) => {
  const document = openDocument(text, '/p/run.esrgan.yaml');
  expect(document.outline.lines.length).toBeGreaterThan(2000);
  const end = document.positionAt(text.lastIndexOf('lr') + 1);
  diagnose(document);
  complete(document, end, { listFolder: () => [], listCheckpoints: () => [] });
  hover(document, end);
  codeLenses(document, []);
  expect(read.length / text.replaceAll(/\s/g, '').length).toBeLessThan(1.05);
});
