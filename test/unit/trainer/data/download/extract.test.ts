import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { extractArchive } from '../../../../../trainer/data/download/extract.ts';
import { portablePath } from '../../../../../trainer/files/paths.ts';
import { temporaryFolder } from '../images.ts';
import { type Item, tgzOf, zipOf } from './archives.ts';

const long = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7919) >> 5);
const folders = ['Set5/GTmod12', 'Set5/LRbicx4'];

/** Files by their paths below a folder. */
function filesBelow(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path): [string, string] => [
        portablePath(path.slice(folder.length + 1)),
        readFileSync(path, 'latin1'),
      ])
      .sort(),
  );
}

interface Case {
  readonly archive: string;
  readonly to: string;
}

function caseOf(name: string, bytes: Uint8Array): Case {
  const archive = join(temporaryFolder(), name);
  writeFileSync(archive, bytes);
  return { archive, to: temporaryFolder() };
}

const formats: [string, (...items: Item[]) => Buffer][] = [
  ['a.zip', zipOf],
  ['a.tgz', tgzOf],
];

describe.each(formats)('%s', (name, pack) => {
  test('extracts the requested folders completely, and nothing else', async () => {
    const { archive, to } = caseOf(
      name,
      pack(
        { name: 'Set5/', type: 'Directory' },
        { name: 'Set5/GTmod12/b.png', content: 'b' },
        { name: 'Set5/GTmod12/deep/c.png', content: long },
        { name: 'Set5/GTmod12/empty.png', isStored: true },
        { name: 'Set5/LRbicx4/b.png', content: 'low', isStored: true },
        { name: 'Set5/LRbicx40/b.png', content: 'not this' },
        { name: 'readme.txt', content: 'nor this' },
      ),
    );
    const progress: [number, number][] = [];
    const count = await extractArchive(archive, to, { folders, onProgress: (...now) => progress.push(now) });
    expect(count).toBe(4);
    expect(filesBelow(to)).toEqual({
      'Set5/GTmod12/b.png': 'b',
      'Set5/GTmod12/deep/c.png': Buffer.from(long).toString('latin1'),
      'Set5/GTmod12/empty.png': '',
      'Set5/LRbicx4/b.png': 'low',
    });
    expect(progress.at(-1)).toEqual([200_004, 200_004]);
    expect(readdirSync(to)).toEqual(['Set5']);
  });

  test('accepts entries without the first folder, and overwrites files', async () => {
    const { archive, to } = caseOf(name, pack({ name: './GTmod12/a.png', content: 'new' }));
    await extractArchive(archive, to, { folders });
    writeFileSync(join(to, 'Set5/GTmod12/a.png'), 'old');
    writeFileSync(join(to, 'Set5/GTmod12/own.png'), 'own');
    await extractArchive(archive, to, { folders });
    expect(filesBelow(to)).toEqual({ 'Set5/GTmod12/a.png': 'new', 'Set5/GTmod12/own.png': 'own' });
  });

  test.each<[string, Item, RegExp]>([
    ['a parent path', { name: '../evil.png', content: 'x' }, /evil\.png/],
    ['a parent path inside', { name: 'Set5/GTmod12/../../../evil.png', content: 'x' }, /evil\.png/],
    ['an absolute path', { name: '/tmp/evil.png', content: 'x' }, /evil\.png|absolute path/],
    ['a drive letter', { name: 'C:/evil.png', content: 'x' }, /evil\.png/],
    ['backslashes', { name: 'Set5\\..\\..\\evil.png', content: 'x' }, /evil\.png/],
    [
      'a symbolic link',
      { name: 'Set5/GTmod12/link.png', content: '/etc/passwd', mode: 0o120777, type: 'SymbolicLink' },
      /link\.png" is a link or a device/,
    ],
    [
      'a device',
      { name: 'Set5/GTmod12/null.png', mode: 0o020666, type: 'CharacterDevice' },
      /null\.png" is a link or a device/,
    ],
  ])('%s is rejected before anything is written', async (_, item, message) => {
    const good = { name: 'Set5/GTmod12/a.png', content: 'a' };
    const { archive, to } = caseOf(name, pack(good, item));
    const refused = extractArchive(archive, to, { folders });
    await expect(refused).rejects.toMatchObject({ code: 'data', message });
    expect(filesBelow(to)).toEqual({});
    expect(existsSync(join(to, '..', 'evil.png'))).toBe(false);
  });

  test.each(['aux.png', 'a:b.png', 'a.png.', 'a?.png', 'com1/a.png'])(
    'a name for Linux only is rejected: %s',
    async (bad) => {
      const { archive, to } = caseOf(
        name,
        pack({ name: 'Set5/GTmod12/a.png', content: 'a' }, { name: `Set5/GTmod12/${bad}`, content: 'b' }),
      );
      await expect(extractArchive(archive, to, { folders })).rejects.toMatchObject({
        code: 'data',
        message: expect.stringContaining(
          `its entry "Set5/GTmod12/${bad}" has a name that Windows cannot store`,
        ),
      });
      expect(readdirSync(to)).toEqual([]);
    },
  );

  test.each([0o4777, 0o2777, 0o7000, 0o000])('mode %o of an entry is not that of its file', async (mode) => {
    const entries = [
      { name: 'Set5/GTmod12/a.png', content: 'a', mode: 0o100000 | mode },
      { name: 'Set5/GTmod12/b.png', content: 'b', mode: 0o100644 },
    ];
    const { archive, to } = caseOf(name, pack(...entries));
    await extractArchive(archive, to, { folders });
    writeFileSync(join(to, 'own'), '');
    const modes = ['own', 'Set5/GTmod12/a.png', 'Set5/GTmod12/b.png'].map(
      (path) => statSync(join(to, path)).mode,
    );
    expect(new Set(modes).size).toBe(1);
  });

  test('rejects a small archive with a large content before anything is written', async () => {
    const zeros = new Uint8Array(5_000_000);
    const items = ['a', 'b'].map((each) => ({ name: `Set5/GTmod12/${each}.png`, content: zeros }));
    const { archive, to } = caseOf(name, pack(...items));
    await expect(extractArchive(archive, to, { folders })).rejects.toMatchObject({
      code: 'data',
      message: expect.stringMatching(
        /not safe to extract: its content is more than 100 times as large as the archive\./,
      ),
    });
    expect(readdirSync(to)).toEqual([]);
  });

  test('rejects an archive of something else', async () => {
    const { archive, to } = caseOf(name, pack({ name: 'Set14/GTmod12x/a.png' }, { name: 'b.txt' }));
    await expect(extractArchive(archive, to, { folders })).rejects.toThrow(
      /has none of the folders Set5\/GTmod12, Set5\/LRbicx4; it has "Set14", "b\.txt"\./,
    );
  });

  test.each([
    ['Set5/GTmod12/a.png', 'Set5/GTmod12/./a.png'],
    ['Set5/GTmod12/a.png', 'GTmod12/a.png'],
    ['Set5/GTmod12/a.png', 'Set5/GTmod12//a.png'],
    ['Set5/GTmod12/a.png', 'Set5/GTmod12/A.PNG'],
    ['Set5/GTmod12/\u00e9.png', 'Set5/GTmod12/e\u0301.png'],
  ])('two names of one file are rejected before anything is written: %s and %s', async (first, second) => {
    const { archive, to } = caseOf(name, pack({ name: first, content: 'a' }, { name: second, content: 'b' }));
    await expect(extractArchive(archive, to, { folders })).rejects.toMatchObject({
      code: 'data',
      message: expect.stringContaining(`its entries "${first}" and "${second}" are the same file`),
    });
    expect(readdirSync(to)).toEqual([]);
  });

  test('names a folder that is in the place of a file', async () => {
    const { archive, to } = caseOf(name, pack({ name: 'Set5/GTmod12/a.png', content: 'a' }));
    mkdirSync(join(to, 'Set5/GTmod12/a.png'), { recursive: true });
    await expect(extractArchive(archive, to, { folders })).rejects.toMatchObject({
      code: 'disk',
      message: /^Cannot write .*Set5\/GTmod12\/a\.png: .* Move the existing file or folder away\.$/,
    });
    expect(readdirSync(to)).toEqual(['Set5']);
  });

  test('messages do not contain long names and line breaks of an archive', async () => {
    const names = Array.from({ length: 9 }, (_, i) => `${i}\n${'x'.repeat(i === 0 ? 90 : 9)}/a.png`);
    const { archive, to } = caseOf(name, pack(...names.map((each) => ({ name: each }))));
    await expect(extractArchive(archive, to, { folders })).rejects.toThrow(/^.{1,800}$/);
  });

  test.each(['no archive at all', ''])('%j', async (content) => {
    const { archive, to } = caseOf(name, Buffer.from(content));
    await expect(extractArchive(archive, to, { folders })).rejects.toMatchObject({ code: 'data' });
  });

  test('a truncated archive leaves no files', async () => {
    const whole = pack(
      { name: 'Set5/GTmod12/a.png', content: long },
      { name: 'Set5/GTmod12/b.png', content: 'b' },
    );
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      const { archive, to } = caseOf(name, whole.subarray(0, Math.floor(share * whole.length)));
      await expect(extractArchive(archive, to, { folders })).rejects.toMatchObject({
        code: 'data',
        message: /is damaged or not an archive/,
      });
      expect(readdirSync(to)).toEqual([]);
    }
  });
});

test.each<[string, number]>([
  ['more', 3],
  ['fewer', 200_001],
])('rejects a zip entry with %s bytes than its header says', async (_, bytes) => {
  const { archive, to } = caseOf('a.zip', zipOf({ name: 'Set5/GTmod12/a.png', content: long, bytes }));
  await expect(extractArchive(archive, to, { folders })).rejects.toThrow(/is damaged or not an archive/);
  expect(readdirSync(to)).toEqual([]);
});

test('rejects a zip that claims a large content', async () => {
  const items = Array.from({ length: 20 }, (_, i) => ({ name: `Set5/GTmod12/${i}`, bytes: 0xfffffff0 }));
  const { archive, to } = caseOf('a.zip', zipOf(...items));
  await expect(extractArchive(archive, to, { folders })).rejects.toThrow(/more than 100 times as large/);
  expect(readdirSync(to)).toEqual([]);
});

test('a tar archive is not decompressed further than its limit', async () => {
  // The entry is in none of the folders: its size alone is no reason to reject the archive.
  const { archive, to } = caseOf('a.tgz', tgzOf({ name: 'other.bin', content: new Uint8Array(5_000_000) }));
  await expect(extractArchive(archive, to, { folders })).rejects.toThrow(/more than 100 times as large/);
});

test.each(formats)('%s: stops on request and leaves no files', async (name, pack) => {
  const items = ['a', 'b', 'c'].map((name) => ({ name: `Set5/GTmod12/${name}.png`, content: long }));
  const { archive, to } = caseOf(name, pack(...items));
  const cancel = new AbortController();
  const stopped = extractArchive(archive, to, {
    folders,
    signal: cancel.signal,
    onProgress: () => cancel.abort(),
  });
  await expect(stopped).rejects.toMatchObject({ code: 'interrupted' });
  expect(readdirSync(to)).toEqual([]);
});
