import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../trainer/runs/temporary-run.ts';
import { type ServerProcess, startServer } from '../server-process.ts';

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer(temporaryFolder());
});
afterAll(() => server.child.kill('SIGKILL'));

type Change = readonly ['added' | 'removed', folder: string];

test.each<[string, Change[], string[]]>([
  ['at the start', [], ['a', 'in/b', 'in/deep/c']],
  [
    'with an inner folder that comes and goes',
    [
      ['added', 'in'],
      ['removed', 'in'],
    ],
    ['a', 'in/b', 'in/deep/c'],
  ],
  [
    'without its outer folder',
    [
      ['added', 'in'],
      ['removed', ''],
    ],
    ['in/b', 'in/deep/c'],
  ],
  [
    'of the innermost folder only',
    [
      ['added', 'in'],
      ['added', 'in/deep'],
      ['removed', ''],
      ['removed', 'in'],
    ],
    ['in/deep/c'],
  ],
  [
    'with a hidden folder that was added',
    [['added', 'in/.hidden']],
    ['a', 'in/.hidden/d', 'in/b', 'in/deep/c'],
  ],
  [
    'without a hidden folder that came and went',
    [
      ['added', 'in/.hidden'],
      ['removed', 'in/.hidden'],
    ],
    ['a', 'in/b', 'in/deep/c'],
  ],
  ['of no folder', [['removed', '']], []],
])('the run files of the workspace %s', async (_, changes, expected) => {
  const root = temporaryFolder();
  for (const name of ['a', 'in/b', 'in/deep/c', 'in/.hidden/d']) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, `${name}.esrgan.yaml`), '');
  }
  const change = (kind: 'added' | 'removed', folders: readonly string[]) => {
    const changed = folders.map((folder) => ({
      uri: pathToFileURL(join(root, folder)).toString(),
      name: '',
    }));
    return server.notify('workspace/didChangeWorkspaceFolders', {
      event: { added: [], removed: [], [kind]: changed },
    });
  };
  await change('added', ['']);
  for (const [kind, folder] of changes) await change(kind, [folder]);
  const found = await server.request('esrgan/runFiles', null);
  expect(found.map((file) => relative(root, file).replaceAll('\\', '/').replace('.esrgan.yaml', ''))).toEqual(
    expected,
  );
  await change('removed', ['', 'in', 'in/deep', 'in/.hidden']);
});
