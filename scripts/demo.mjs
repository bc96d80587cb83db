// `npm run demo`: continues the bundled model on satellite imagery, evaluates it and upscales an image, in less than three
// minutes on two cores, with the installation. `npm run demo -- --four` trains the four runs of the original publication, scaled down.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareDemoData } from './demo-data.mjs';
import { demoFour, findVgg } from './demo-four.mjs';

const bundledModel = 'media/models/faithful-x4.safetensors';

if (process.argv.includes('--four')) {
  await demoFour(fileURLToPath(new URL('../demo/four', import.meta.url)), findVgg());
} else {
  await demo();
}

async function demo() {
  rmSync('demo/runs/blue-marble', { recursive: true, force: true });
  console.log("NASA's Blue Marble, cut into tiles:");
  const { train, val, test } = await prepareDemoData('demo/data');
  console.log(`  ${train}  ${val}  ${test.folder}\n`);

  console.log('Training the bundled model on them (esrgan train examples/blue-marble.esrgan.yaml):');
  esrgan('train', 'examples/blue-marble.esrgan.yaml');

  const run = 'demo/runs/blue-marble';
  console.log(
    '\nA tile that it was not trained on, against bicubic and the bundled model (esrgan evaluate):',
  );
  esrgan('evaluate', 'bicubic', bundledModel, run, '--data', `test=${test.folder}`);

  console.log('\nThe same tile upscaled (esrgan upscale):');
  esrgan('upscale', test.lr, '--model', run, '--out', 'demo/upscaled', '--overwrite');
  esrgan('upscale', test.lr, '--model', 'bicubic', '--out', 'demo/upscaled/bicubic', '--overwrite');

  console.log('\nTo look at:');
  for (const path of [test.lr, 'demo/upscaled', test.hr, join(run, 'samples', 'pretraining'), run]) {
    console.log(`  ${path}`);
  }
}

function esrgan(...args) {
  const { status } = spawnSync(process.execPath, ['dist/esrgan.js', ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
