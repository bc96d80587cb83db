import { expect, test } from 'vitest';
import { assertHasStages, readRunFile } from '../../../../trainer/config/index.ts';
import { type StageChoice, stageChoices } from '../../../../trainer/run-state/run-state.ts';

test.each<[text: string, startable: readonly StageChoice[]]>([
  ['', stageChoices],
  ['seed: 1\n', stageChoices],
  ['pretraining: {}\ntraining: {}\n', stageChoices],
  ['training: { init: a.pth }\n', stageChoices],
  ['pretraining: { lr: 1e-3 }\n', ['pretraining']],
])('%j can start %j', (text, startable) => {
  const read = readRunFile(text, { file: '/p/a.esrgan.yaml' });
  for (const choice of stageChoices) {
    const start = () => assertHasStages('a.esrgan.yaml', read, choice);
    if (startable.includes(choice)) expect(start).not.toThrow();
    else expect(start).toThrow(/^a\.esrgan\.yaml has no `training` section, .*`training: \{\}`/);
  }
});
