import { expect, test } from 'vitest';
import { codeActions } from '../../../../server/language/code-actions.ts';
import { codeLenses } from '../../../../server/language/code-lenses.ts';
import { diagnose } from '../../../../server/language/diagnose.ts';
import { openDocument } from '../../../../server/language/document.ts';

const text = 'sead: 1\nbatch_size: 0\nbatch_size: 4\n';
const json = '{ "sead": 1 }';

test.each([
  ['untitled:Untitled-1', 'Untitled-1'],
  ['untitled:/p/a.esrgan.json', '/p/a.esrgan.json'],
  ['vscode-vfs://github/p/run.esrgan.yaml', '/p/run.esrgan.yaml'],
  ['file:///p/a%20b.esrgan.yaml', '/p/a b.esrgan.yaml'],
])('fixes and related places of %s refer to the document', (uri, file) => {
  const uris = [text, json].flatMap((each) => {
    const document = openDocument(each, file, uri);
    const range = document.rangeOf({ start: 0, end: each.length });
    return [
      ...codeActions(document, range).flatMap(({ edit, diagnostics = [] }) => [
        ...Object.keys(edit?.changes ?? {}),
        ...diagnostics.flatMap(({ relatedInformation = [] }) =>
          relatedInformation.map((one) => one.location.uri),
        ),
      ]),
      ...diagnose(document).flatMap(({ relatedInformation = [] }) =>
        relatedInformation.map((one) => one.location.uri),
      ),
    ];
  });
  expect(uris.length).toBeGreaterThan(5);
  expect(new Set(uris)).toEqual(new Set([uri]));
});

test.each([
  ['untitled:Untitled-1', 'Untitled-1', undefined],
  ['vscode-vfs://github/p/run.esrgan.yaml', '/p/run.esrgan.yaml', undefined],
  ['file:///p/run.esrgan.yaml', '/p/run.esrgan.yaml', '/p/run.esrgan.yaml'],
])('the lenses of %s start a file only if it is one', (uri, file, started) => {
  const lenses = codeLenses(openDocument('training: {}\n', file, uri), []);
  const targets = lenses.flatMap(({ command }) => (command?.arguments ?? []) as unknown[]);
  // Start Pretraining, Start Both Stages and the patches of each stage.
  const target = { ...(started !== undefined && { file: started }), stage: 'pretraining' };
  expect(targets).toEqual([target, target, target, { ...target, stage: 'training' }]);
});
