import { execFile } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Inode number of the initial process namespace of every Linux machine. */
const firstProcessNamespace = '4026531836';

/**
 * Names the scope of process ids: the host, and in a container with its own process ids also the number of that
 * namespace, because a container may have the name of its host. It is a valid part of a file name.
 */
export const thisHost = hostIdentity();

function hostIdentity(): string {
  const name = hostname().replace(/[^\w.-]/g, '_');
  try {
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
    return namespace === firstProcessNamespace ? name : `${name}~${namespace}`;
  } catch {
    return name;
  }
}

/** A process of some host. A process id together with its start time is unique. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** See `processStartTime`; 0: unknown. */
  readonly startTime: number;
}

/**
 * When this process or one that it has just started came to be; 0 if unknown. On Linux in clock ticks since the machine
 * started, from `/proc/<pid>/stat` (field 22), elsewhere in milliseconds since 1970, to about a second.
 */
export function processStartTime(pid: number): number {
  if (process.platform === 'linux') return Number(statFields(pid)?.[19] ?? 0);
  return Math.round(pid === process.pid ? performance.timeOrigin : Date.now());
}

const ownStartTime = processStartTime(process.pid);

/** `unknown`: a process has that id, but it may be a later one. */
export type Liveness = 'alive' | 'gone' | 'unknown';

/** What this process can see of another one of this host at once. Only Linux shows when others started. */
export function processLiveness(pid: number, startTime: number): Liveness {
  if (pid === process.pid && startTime === ownStartTime) return 'alive';
  try {
    process.kill(pid, 0);
  } catch (error) {
    // The process exists, but belongs to another user.
    const isOfAnotherUser = error instanceof Error && 'code' in error && error.code === 'EPERM';
    if (!isOfAnotherUser) return 'gone';
  }
  const fields = statFields(pid);
  if (fields === undefined) return 'unknown';
  const isZombie = fields[0] === 'Z';
  if (isZombie) return 'gone';
  if (startTime === 0) return 'unknown';
  return Number(fields[19]) === startTime ? 'alive' : 'gone';
}

/** Whether a process of this host may be alive; `startTime` (0: unknown) detects a process id that is used again. */
export function isProcessAlive(pid: number, startTime: number): boolean {
  return processLiveness(pid, startTime) !== 'gone';
}

/** What decides whether a process is the one that it was; another one in tests. */
export interface ProcessSystem {
  readonly platform: NodeJS.Platform;
  readonly liveness: (pid: number, startTime: number) => Liveness;
  /** The output of a program. */
  readonly run: (program: string, args: readonly string[]) => Promise<string>;
}

const thisSystem: ProcessSystem = {
  platform: process.platform,
  liveness: processLiveness,
  run: async (program, args) => {
    const { stdout } = await promisify(execFile)(program, args, {
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      timeout: 15_000,
      windowsHide: true,
    });
    return stdout;
  },
};

/** Milliseconds between the start of a process and when it reads its clock, at most: a virus scanner may be in between. */
const startTolerance = 10_000;

/**
 * Whether a process of this host is the one that started at that time: to be asked before a signal is sent to it.
 *
 * @returns undefined if the system does not say when the process started
 */
export async function isSameProcess(
  { pid, startTime }: Pick<ProcessIdentity, 'pid' | 'startTime'>,
  system: ProcessSystem = thisSystem,
): Promise<boolean | undefined> {
  const liveness = system.liveness(pid, startTime);
  if (liveness !== 'unknown') return liveness === 'alive';
  if (system.platform === 'linux' || startTime === 0) return undefined;
  const found = await startTimeFromSystem(pid, system);
  return found === undefined ? undefined : Math.abs(found - startTime) <= startTolerance;
}

/** In milliseconds since 1970. */
async function startTimeFromSystem(
  pid: number,
  { platform, run }: ProcessSystem,
): Promise<number | undefined> {
  const [program, args, zone]: [string, string[], string] =
    platform === 'win32'
      ? [powerShell, ['-NoProfile', '-NonInteractive', '-Command', startTimeCommand(pid)], '']
      : ['/bin/ps', ['-o', 'lstart=', '-p', String(pid)], ' UTC'];
  try {
    const time = Date.parse((await run(program, args)).trim() + zone);
    return Number.isNaN(time) ? undefined : time;
  } catch {
    return undefined;
  }
}

// With its folder: Windows looks for programs in the current one first.
const powerShell = join(
  process.env.SystemRoot ?? 'C:\\Windows',
  'System32/WindowsPowerShell/v1.0/powershell.exe',
);

const startTimeCommand = (pid: number) =>
  `(Get-Process -Id ${pid}).StartTime.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ss.fffZ')`;

/** This process as a part of a file name. */
export const thisProcess = `${thisHost}.${process.pid}.${ownStartTime}`;

/** Parses the text of `thisProcess`; undefined if it is another text. */
export function parseProcess(text: string): ProcessIdentity | undefined {
  const [, host, pid, startTime] = /^(.+)\.(\d+)\.(\d+)$/.exec(text) ?? [];
  return host === undefined ? undefined : { host, pid: Number(pid), startTime: Number(startTime) };
}

/** The fields of `/proc/<pid>/stat` from the third (the state); the second, a name, may contain spaces. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
