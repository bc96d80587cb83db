import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-languageserver/node';
import { type TinyWorkspace, tinyWorkspace } from '../unit/server/experiments/tiny-runs.ts';
import { start } from '../windows/command.ts';

/** The folder of the extension: unpacked, or this repository. */
const extension = process.env.ESRGAN_EXTENSION ?? process.cwd();
/** The programs `node` that are tested. */
const nodes = process.env.ESRGAN_NODES?.split(delimiter) ?? [process.execPath];

const manifest: { version: string } = JSON.parse(readFileSync(join(extension, 'package.json'), 'utf8'));

let workspace: TinyWorkspace;
beforeAll(async () => {
  workspace = await tinyWorkspace();
});
afterAll(() => workspace.remove());

const versionOf = async (node: string) => (await start(node, ['--version']).ended).output.trim();
const versions = await Promise.all(nodes.map(async (node) => ({ node, version: await versionOf(node) })));

describe.each(versions)('Node.js $version', ({ node, version }) => {
  /** Runs the command `esrgan`, which must succeed and print no warning. */
  const output = async (...args: string[]) => {
    const program = start(node, [join(extension, 'dist/esrgan.js'), ...args], workspace.folder);
    const { code, output } = await program.ended;
    expect(code, output).toBe(0);
    expect(output).not.toMatch(/warning|deprecated|--trace/i);
    return output;
  };

  test('--version', async () => expect((await output('--version')).trim()).toBe(manifest.version));

  test('doctor', async () => expect(await output('doctor')).toMatch(/^✓ cpu /m));

  test('training', async () => {
    const name = `node-${version}`;
    await output('train', workspace.runFile(name), '--max-steps', '20');
    const checkpoints = readdirSync(join(workspace.runsDir, name, 'checkpoints'));
    expect(checkpoints).toContain('pretraining-00000020');
  });

  test('language server', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'esrgan-server-')), 'output.txt');
    const file = openSync(path, 'w');
    const server = fork(join(extension, 'dist/server.js'), ['--node-ipc'], {
      execPath: node,
      stdio: ['ignore', file, file, 'ipc'],
    });
    closeSync(file);
    const exit = once(server, 'exit');
    const connection = createMessageConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
    connection.listen();
    const uri = pathToFileURL(workspace.folder).toString();
    const { capabilities } = await connection.sendRequest<{ capabilities: object }>('initialize', {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'test' }],
      capabilities: {},
    });
    expect(capabilities).toMatchObject({ hoverProvider: true });
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    expect((await exit)[0]).toBe(0);
    connection.dispose();
    expect(readFileSync(path, 'utf8')).toBe('');
  });
});
