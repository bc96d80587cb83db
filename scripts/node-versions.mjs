// The Node.js versions on which the packaged extension is tested, and the package as an editor unpacks it.
import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { packageFile } from './package-file.mjs';

const { engines } = JSON.parse(readFileSync('package.json', 'utf8'));

/** The oldest that `engines` allows, and one of each later release line with long-term support. */
export const nodeVersions = [`${engines.node.slice('>='.length)}.0`, '22.23.3', '24.21.0', '26.10.0'];
/** The npm registry has no 20.15 to 20.17 for Windows, and Wine 8 cannot start 24 and later: V8 finds no memory. */
export const windowsNodeVersions = ['20.18.1', '22.23.3'];

/** @returns {string} path of that Node.js, from the npm registry */
export function nodeProgram(version, platform = process.platform, arch = process.arch) {
  const system = platform === 'win32' ? 'win' : platform;
  const name = `node-${system}-${arch}`;
  const folder = resolve('build/node', `${system}-${arch}-${version}`);
  const program = join(folder, 'package/bin', platform === 'win32' ? 'node.exe' : 'node');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    const options = {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    };
    execFileSync('npm', ['pack', '--silent', `${name}@${version}`], options);
    execFileSync('tar', ['xzf', `${name}-${version}.tgz`], options);
    rmSync(join(folder, `${name}-${version}.tgz`));
  }
  return program;
}

/** Makes the package of a platform and unpacks it into a folder. */
export async function unpackPackage(target, folder) {
  execFileSync(process.execPath, ['scripts/package.mjs', target], { stdio: ['ignore', 'ignore', 'inherit'] });
  rmSync(folder, { recursive: true, force: true });
  const zip = await openPromise(packageFile(target));
  for await (const entry of zip.eachEntry()) {
    const [top, ...path] = entry.fileName.split('/');
    if (top !== 'extension') continue;
    const file = join(folder, ...path);
    mkdirSync(dirname(file), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file));
  }
}
