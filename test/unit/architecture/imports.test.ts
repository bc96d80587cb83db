import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, 'build', 'forbidden-imports');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the compiler says of a file that stands in `room` and imports `path`. */
function compile(room: string, config: string, path: string): string {
  const { include, references }: { include: string[]; references: { path: string }[] } = JSON.parse(
    readFileSync(join(root, room, config), 'utf8'),
  );
  const project = join(folder, room.replaceAll('/', '-'));
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'probe.ts'), `import '${join(root, path)}';\n`);
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: {
        rootDir: root,
        outDir: join(project, 'types'),
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: [...include.map((pattern) => join(root, room, pattern)), 'probe.ts'],
      references: references.map((reference) => ({ path: join(root, room, reference.path) })),
    }),
  );
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '--project', project, '--noEmit'],
    { encoding: 'utf8' },
  );
  return stdout;
}

describe('a room may import only what the architecture allows it', () => {
  test.each([
    {
      room: 'trainer/config',
      allowed: 'trainer/config/index.ts',
      forbidden: 'trainer/runs/list.ts',
    },
    {
      room: 'trainer/runs',
      allowed: 'trainer/errors/errors.ts',
      forbidden: 'trainer/engine/graph.ts',
    },
    {
      room: 'trainer/evaluate/results',
      allowed: 'trainer/config/index.ts',
      forbidden: 'trainer/evaluate/evaluate.ts',
    },
    {
      room: 'trainer/image-files',
      allowed: 'trainer/config/index.ts',
      forbidden: 'trainer/data/image.ts',
    },
    {
      room: 'trainer/models',
      config: 'tsconfig.shapes.json',
      allowed: 'trainer/models/rrdb/shapes.ts',
      forbidden: 'trainer/engine/graph.ts',
    },
    {
      room: 'trainer/guards',
      allowed: 'trainer/guards/guards.ts',
      forbidden: 'trainer/errors/errors.ts',
    },
    {
      room: 'server',
      allowed: 'trainer/runs/launch.ts',
      forbidden: 'trainer/engine/graph.ts',
    },
    {
      room: 'trainer/errors',
      allowed: 'trainer/errors/errors.ts',
      forbidden: 'trainer/runs/list.ts',
    },
  ])('$room', ({ room, config = 'tsconfig.json', allowed, forbidden }) => {
    expect(compile(room, config, allowed)).toBe('');
    expect(compile(room, config, forbidden)).toMatch(/TS6307/);
  });
});
