import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { serverProgram } from '../../../../client/server/server-link.ts';

test('the server starts in the folder of the extension', () => {
  const folder = resolve('/extensions/esrgan/dist');
  const module = join(folder, 'server.js');
  expect(serverProgram(module)).toEqual({ module, options: { cwd: folder } });
});
