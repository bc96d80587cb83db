// Milliseconds of the editor's help on a run file of 2,000 lines: `node bench/language.mjs`. Each figure is of a
// text just opened, as after a keystroke; the first runs, in which nothing is compiled yet, are shown apart.
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const script = resolve('build/bench/language.js');
await build({
  stdin: {
    contents: `
      export { openDocument } from './server/language/document.ts';
      export { diagnose } from './server/language/diagnose.ts';
      export { complete } from './server/language/complete.ts';
      export { hover } from './server/language/hover.ts';
    `,
    resolveDir: '.',
  },
  outfile: script,
  bundle: true,
  format: 'esm',
  platform: 'node',
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
const { openDocument, diagnose, complete, hover } = await import(pathToFileURL(script).href);

const nothing = { listFolder: () => [], listCheckpoints: () => [] };
const entry = (i) =>
  `  set_${i}:\n    hr:\n      train: sets/${i}/train\n      val: sets/${i}/val # checked\n` +
  `    lr: 'lr_x{scale}/${i}'\n    downscale: bicubic\n`;
const sets = Array.from({ length: 331 }, (_, i) => entry(i)).join('');
const sound =
  `name: long\nseed: 1\ndatasets:\n${sets}pretraining:\n  lr: 2e-4\n  train_datasets: [set_1, set_7]\n` +
  'training:\n  init: best\n  g_sched_steps: [1, 5, 9]\n  val_datasets: [div2k, set_7]\n';
const json = JSON.stringify(
  { datasets: Object.fromEntries(Array.from({ length: 331 }, jsonEntry)) },
  null,
  2,
);
const texts = {
  sound,
  'one half-typed line': sound.replace('  lr: 2e-4\n', '  num\n  lr: 2e-4\n'),
  '331 wrong values': sound.replaceAll('downscale: bicubic', 'downscale: bicubik'),
  'half-typed set': sound.replace('  set_200:\n', '  set_1\n  set_200:\n'),
  'an open quote': sound.replace("'lr_x{scale}/200'", "'lr_x{scale}/200"),
  'an open bracket': sound.replace('[set_1, set_7]', '[set_1, set_7'),
  JSON: json,
  'JSON without a comma': json.replace('"set_200"', '"set_1": {}\n    "set_200"'),
};

function jsonEntry(_, i) {
  return [`set_${i}`, { hr: { train: `sets/${i}/train` }, downscale: 'bicubic' }];
}

const features = {
  diagnostics: (document) => diagnose(document),
  completion: (document, position) => complete(document, position, nothing),
  hover: (document, position) => hover(document, position),
};

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}; milliseconds\n`);
for (const [what, text] of Object.entries(texts)) {
  const end = openDocument(text, '/run.esrgan.yaml').positionAt(text.lastIndexOf('downscale') + 3);
  for (const [name, run] of Object.entries(features)) {
    const times = Array.from({ length: 60 }, () => {
      // A text of its own for each run, lest anything be remembered.
      const own = openDocument(`${text}`, '/run.esrgan.yaml');
      const start = performance.now();
      run(own, end);
      return performance.now() - start;
    });
    const [first] = times;
    const warm = times.slice(20).sort((a, b) => a - b);
    const at = (share) => warm[Math.floor((warm.length - 1) * share)].toFixed(1).padStart(6);
    const lines = text.split('\n').length;
    console.log(
      `${what.padEnd(20)} ${lines} lines  ${name.padEnd(12)} median ${at(0.5)}  p95 ${at(0.95)}  first ${first.toFixed(1).padStart(6)}`,
    );
  }
}
