import { expect, test } from 'vitest';
import { deviceEnvironment, findDevices } from '../../../../trainer/engine/devices.ts';

/** As `nvidia-smi --query-gpu=index,uuid,name,memory.total --format=csv,noheader,nounits` prints them. */
const machine = `0, GPU-5a1b, NVIDIA A100-SXM4-80GB, 81920
1, GPU-77c2, NVIDIA A100-SXM4-80GB, 81920
2, GPU-90dd, Tesla T4, 15360
`;

test.each<[string, string | undefined, string, (readonly [number, string])[]]>([
  ['no driver', undefined, '', []],
  ['a driver without GPUs', undefined, 'No devices were found\n', []],
  [
    'all GPUs',
    undefined,
    machine,
    [
      [0, 'NVIDIA A100-SXM4-80GB'],
      [1, 'NVIDIA A100-SXM4-80GB'],
      [2, 'Tesla T4'],
    ],
  ],
  ['lines of Windows', undefined, '0, GPU-1, NVIDIA T4, 1\r\n', [[0, 'NVIDIA T4']]],
  [
    'those of a job, in its order',
    '2, 0',
    machine,
    [
      [2, 'Tesla T4'],
      [0, 'NVIDIA A100-SXM4-80GB'],
    ],
  ],
  ['those of a job, by the start of their ids', 'GPU-90', machine, [[2, 'Tesla T4']]],
  ['a job without GPUs', '', machine, []],
  ['a GPU that is not there', '7,1', machine, [[1, 'NVIDIA A100-SXM4-80GB']]],
])('%s', async (_, visible, text, expected) => {
  const devices = await findDevices(visible, async () => text);
  expect(devices.map(({ index, name }) => [index, name])).toEqual(expected);
});

test('memory is in bytes', async () => {
  const [device] = await findDevices('2', async () => machine);
  expect(device?.memoryBytes).toBe(15360 * 2 ** 20);
});

const device = (index: number, name: string) => ({ index, name, memoryBytes: 0 });

test('a device is one of those that the process may use', () => {
  expect(deviceEnvironment([device(2, 'T4'), device(0, 'A100')], 1)).toMatchObject({
    CUDA_VISIBLE_DEVICES: '0',
  });
});

test.each([
  [[], 0, 'There is no GPU 0: `nvidia-smi` shows none'],
  [[device(0, 'T4'), device(3, 'A100')], 2, 'There is no GPU 2: this machine has 0 (T4), 1 (A100).'],
])('%j has no device %i', (devices, number, message) => {
  expect(() => deviceEnvironment(devices, number)).toThrow(message);
});
