import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { WorkbenchError } from '../errors/errors.ts';
import { findProgram } from '../files/programs.ts';

/** A GPU of NVIDIA. The engines cuda and tensorflow can use one of several; the others take the system's first GPU. */
export interface Device {
  /** As `nvidia-smi` numbers it. */
  readonly index: number;
  readonly name: string;
  readonly memoryBytes: number;
}

/** Before `openEngine` chooses one of them. */
const inherited = process.env.CUDA_VISIBLE_DEVICES;

/** Asks the driver; the text of `nvidia-smi`, empty where there is none. Another one in tests. */
export type DeviceQuery = () => Promise<string>;

/**
 * The GPUs that this process may use, in the order in which `device` in a run file counts them. Never rejects.
 *
 * @param visible `CUDA_VISIBLE_DEVICES`, by which schedulers of clusters hand out GPUs
 */
export async function findDevices(
  visible: string | undefined = inherited,
  query: DeviceQuery = queryDriver,
): Promise<readonly Device[]> {
  const lines = (await query()).split(/\r?\n/).map((line) => line.split(',').map((cell) => cell.trim()));
  const all = lines.flatMap(([index = '', id = '', name = '', megabytes = '']) =>
    /^\d+$/.test(index) ? [{ id, index: Number(index), name, memoryBytes: Number(megabytes) * 2 ** 20 }] : [],
  );
  const chosen =
    visible === undefined
      ? all
      : visible.split(',').flatMap((text) => {
          const each = text.trim();
          const found = all.find(
            ({ index, id }) => String(index) === each || (each !== '' && id.startsWith(each)),
          );
          return found ? [found] : [];
        });
  return chosen.map(({ index, name, memoryBytes }) => ({ index, name, memoryBytes }));
}

async function queryDriver(): Promise<string> {
  const program = findProgram('nvidia-smi');
  if (program === undefined) return '';
  const query = ['--query-gpu=index,uuid,name,memory.total', '--format=csv,noheader,nounits'];
  try {
    return (await promisify(execFile)(program, query, { timeout: 20_000, windowsHide: true })).stdout;
  } catch {
    // Without a working driver no engine can use its GPUs either.
    return '';
  }
}

/**
 * The variables of the environment with which CUDA sees only one of the GPUs of `findDevices`.
 *
 * @throws WorkbenchError `engine` if there is no such GPU
 */
export function deviceEnvironment(devices: readonly Device[], device: number): Record<string, string> {
  const chosen = devices[device];
  if (chosen !== undefined) {
    // CUDA's own order is by speed.
    return { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: String(chosen.index) };
  }
  const found = devices.map(({ name }, index) => `${index} (${name})`).join(', ');
  const there =
    devices.length === 0
      ? '`nvidia-smi` shows none, and only GPUs of NVIDIA can be chosen'
      : `this machine has ${found}`;
  throw new WorkbenchError(
    'engine',
    `There is no GPU ${device}: ${there}. Change \`device\`, or use \`device: auto\`.`,
  );
}
