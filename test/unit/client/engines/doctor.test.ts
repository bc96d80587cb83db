import { expect, test } from 'vitest';
import { doctorText, engineStatus, requestedEngine } from '../../../../client/engines/doctor.ts';
import type { EngineReport } from '../../../../server/protocol/engines.ts';

const report: EngineReport = {
  chosen: 'cpu',
  devices: [],
  engines: [
    {
      name: 'cuda',
      title: 'CUDA',
      available: false,
      device: null,
      missing: 'No NVIDIA driver.\nInstall one.',
    },
    { name: 'cpu', title: 'CPU', available: true, device: 'Xeon', missing: null },
  ],
};

test.each([
  ['name: x\nengine: cuda # fast\n', 'cuda'],
  ["engine : 'webgpu'", 'webgpu'],
  ['training:\n  engine: cuda\n', 'auto'],
  ['# engine: cuda\n', 'auto'],
  ['{ "scale_factor": 4,\n  "engine": "cpu" }', 'cpu'],
  ['', 'auto'],
])('%j requests %s', (text, expected) => expect(requestedEngine(text)).toBe(expected));

test.each([
  ['auto', { text: 'CPU', isMissing: false }],
  ['cpu', { text: 'CPU', detail: 'Xeon: the engine of this run file', isMissing: false }],
  ['cuda', { text: 'CUDA is not available', detail: 'No NVIDIA driver.\nInstall one.', isMissing: true }],
  ['warp', { text: 'warp', detail: 'unknown engine', isMissing: true }],
])('the status with engine: %s', (requested, expected) =>
  expect(engineStatus(report, requested)).toMatchObject(expected),
);

test('the report', () =>
  expect(
    doctorText(report),
  ).toBe(`The engines of this machine, in the order in which “engine: auto” tries them

✗ CUDA        No NVIDIA driver.
              Install one.
✓ CPU         Xeon

“engine: auto” selects CPU.
`));

test.each([
  [[], ''],
  [['A100'], ''],
  [
    ['A100', 'T4'],
    `Queued runs are divided among these GPUs; “device” in a run file chooses one:

  device: 0  A100
  device: 1  T4
`,
  ],
])('the GPUs %j', (devices, expected) =>
  expect(
    doctorText({ ...report, devices })
      .split('selects CPU.\n')[1]
      ?.trimStart(),
  ).toBe(expected),
);

test('long reasons are wrapped under each other', () => {
  const missing = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ');
  const text = doctorText({
    chosen: 'cpu',
    devices: [],
    engines: [{ name: 'cuda', title: 'CUDA', available: false, device: null, missing }],
  });
  const lines = text.split('\n').slice(2, -3);
  expect(lines.map((line) => line.slice(14)).join(' ')).toBe(missing);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(104);
  expect(lines.length).toBe(3);
});
