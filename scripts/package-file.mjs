import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { arch, platform } from 'node:process';

/** This platform, in VS Code's words. */
export const thisTarget = `${platform}-${arch}`;

/** @returns {string} path of the extension's package for a platform, which `npm run package` makes */
export function packageFile(target = thisTarget) {
  const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
  return resolve(`${name}-${version}-${target}.vsix`);
}
