import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

// The code map of docs/architecture.md lists all modules and what each imports. These tests compare it with the imports
// in the code and with the references of the TypeScript projects, in both directions.

const root = join(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const files = ['schemas', 'trainer', 'server', 'client', 'media'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
);
const sources = files.filter((file) => file.endsWith('.ts'));

interface Module {
  /** A folder or a pattern of files, from the root of the repository. */
  readonly name: string;
  /** The modules that it imports; of those in `types`, only types. */
  readonly imports: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
}

interface Import {
  readonly file: string;
  readonly target: string;
  readonly onlyTypes: boolean;
}

/** Whether a path is in a folder, or fits a pattern with `*` (a part of a name) or `**` (any folders). */
function fits(path: string, pattern: string): boolean {
  const parts: Record<string, string> = { '**/': '(.*/)?', '*': '[^/]*', '.': '\\.' };
  const source = pattern.replace(/\*\*\/|\*|\./g, (part) => parts[part]!);
  return new RegExp(`^${source}$`).test(path) || path.startsWith(`${pattern}/`);
}

/** Reads the table. An import without its top folder is in the top folder of the row. */
function readCodeMap(): Module[] {
  const section = read('docs/architecture.md')
    .split(/^## /m)
    .find((part) => part.startsWith('Code map'));
  const rows = [...section!.matchAll(/^\| `([^`]+)` *\|[^|\n]*\|([^|\n]*)\|$/gm)];
  const names = rows.map(([, name]) => name!);
  return rows.map(([, name, cell]) => {
    const imports = [...cell!.matchAll(/`([^`]+)`( \(types\))?/g)].map(([, short, types]) => {
      const long = `${name!.split('/')[0]}/${short}`;
      return { name: names.includes(long) ? long : short!, types };
    });
    return {
      name: name!,
      imports: new Set(imports.map(({ name }) => name)),
      types: new Set(imports.filter(({ types }) => types).map(({ name }) => name)),
    };
  });
}

const modules = readCodeMap();

function moduleOf(path: string): Module | undefined {
  const [first] = modules
    .filter(({ name }) => fits(path, name))
    .sort((a, b) => b.name.length - a.name.length);
  return first;
}

function importsOf(file: string): Import[] {
  const text = read(file);
  const from = /^(?:import|export)\s(type\s)?([^;'"]*?\sfrom\s)?'(\.[^']+)'/gm;
  const byUrl = /\bimport\('(\.[^']+)'\)|\bnew URL\('(\.[^']+\.ts)'/g;
  const target = (path: string) => normalize(join(dirname(file), path));
  return [
    ...[...text.matchAll(from)].map(([, type, names, path]) => ({
      file,
      target: target(path!),
      onlyTypes: type !== undefined || /^\{(\s*type [^,]+,?)+\s*\}\sfrom\s$/.test(names ?? ''),
    })),
    ...[...text.matchAll(byUrl)].map(([, a, b]) => ({ file, target: target((a ?? b)!), onlyTypes: false })),
  ];
}

/** The imports from one module to another. */
const borders = sources
  .flatMap(importsOf)
  .map((each) => ({ ...each, from: moduleOf(each.file)?.name, to: moduleOf(each.target)?.name }))
  .filter(({ from, to }) => from !== to && to !== undefined);

describe('the code map', () => {
  test('has every source file in a module', () => {
    expect(sources.filter((file) => !moduleOf(file))).toEqual([]);
  });

  test.each(modules)('$name imports what its row lists', ({ name, imports, types }) => {
    expect([...imports].filter((each) => !modules.some((module) => module.name === each))).toEqual([]);
    const found = borders.filter(({ from }) => from === name);
    const forbidden = found.filter(
      ({ to, onlyTypes }) => !imports.has(to!) || (types.has(to!) && !onlyTypes),
    );
    expect(forbidden.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
    const values = found.filter(({ onlyTypes }) => !onlyTypes);
    expect([...imports].sort()).toEqual([...new Set(found.map(({ to }) => to))].sort());
    expect([...imports].filter((each) => !types.has(each)).sort()).toEqual(
      [...new Set(values.map(({ to }) => to))].sort(),
    );
  });

  test('only the client imports the API of VS Code', () => {
    const users = sources.filter((file) => /\bfrom 'vscode'/.test(read(file)));
    expect(users.filter((file) => !file.startsWith('client/'))).toEqual([]);
  });
});

interface Project {
  readonly config: string;
  readonly include: readonly string[];
  readonly references: readonly string[];
}

const projects = files
  .filter((file) => fits(basename(file), 'tsconfig*.json'))
  .map((config): Project => {
    const { include, references = [] }: { include: string[]; references?: { path: string }[] } = JSON.parse(
      read(config),
    );
    return {
      config,
      include,
      references: references.map(({ path }) => projectAt(join(dirname(config), path))),
    };
  })
  // A file belongs to the innermost project that includes it.
  .sort((a, b) => dirname(b.config).length - dirname(a.config).length || b.config.length - a.config.length);

function projectAt(path: string): string {
  return path.endsWith('.json') ? path : join(path, 'tsconfig.json');
}

function projectOf(file: string): string | undefined {
  return projects.find(({ config, include }) =>
    include.some((pattern) => fits(file, join(dirname(config), pattern))),
  )?.config;
}

/** What the compiler says of a file of the project that imports `path`. */
function compile({ config, include, references }: Project, path: string): string {
  const folder = join(root, 'build/forbidden-imports', config.replaceAll(/[/.]/g, '-'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'probe.ts'), `import '${join(root, path)}';\n`);
  const project = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: { rootDir: root, outDir: join(folder, 'types'), types: [] },
    include: ['probe.ts', ...include.map((pattern) => join(root, dirname(config), pattern))],
    references: references.map((reference) => ({ path: join(root, reference) })),
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '--project', folder, '--noEmit'],
    { encoding: 'utf8' },
  );
  return stdout;
}

describe('the TypeScript projects', () => {
  afterAll(() => rmSync(join(root, 'build/forbidden-imports'), { recursive: true, force: true }));

  test.each(projects)('$config references what its modules import', ({ config, references }) => {
    const inside = borders.filter(({ file }) => projectOf(file) === config);
    const needed = new Set(inside.map(({ target }) => projectOf(target)).filter((each) => each !== config));
    expect([...references].sort()).toEqual([...needed].sort());
  });

  const engine = 'trainer/engine/tsconfig.json';
  /** A project can also import what its references reference. */
  const reachesEngine = ({ config, references }: Project): boolean =>
    config === engine ||
    projects.some((project) => references.includes(project.config) && reachesEngine(project));
  const withoutEngine = projects.filter((project) => !reachesEngine(project));
  test.each(withoutEngine)('$config cannot import the engine', (project) => {
    expect(compile(project, 'trainer/engine/graph.ts')).toMatch(/TS6307.*trainer\/engine\/graph\.ts/);
  });
});
