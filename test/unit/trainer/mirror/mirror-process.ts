import { findApiKey } from '../../../../trainer/mirror/api-key.ts';
import { mirrorRun } from '../../../../trainer/mirror/mirror-run.ts';
import { runPaths } from '../../../../trainer/runs/run-directory.ts';

// A mirror as a process of its own, which never waits: `node mirror-process.cjs <run directory> <server>`.
const [, , root = '', server = ''] = process.argv;

void mirrorRun(runPaths(root), {
  server,
  key: () => findApiKey(server),
  entity: null,
  project: 'esrgan',
  group: null,
  once: false,
  jobStates: async () => new Map(),
  signal: new AbortController().signal,
  observer: { begin: () => {}, progress: () => {}, trouble: () => {} },
  wait: async () => {},
});
