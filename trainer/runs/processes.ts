import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Inode number of the first process namespace of every Linux machine. */
const firstProcessNamespace = '4026531836';

/**
 * The name within which process ids mean the same: the host's, and in a container with ids of its own also the
 * number of that namespace (a container may well carry the name of its host). It can stand in a file name.
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

/**
 * When a process of this host started, in clock ticks since the machine did, from Linux's `/proc/<pid>/stat`
 * (field 22); a process id together with it is never used twice. 0 where that cannot be known.
 */
export function processStartTime(pid: number): number {
  return Number(statFields(pid)?.[19] ?? 0);
}

/** Whether the process of this host runs: `startTime` (0: unknown) guards against an id that was given anew. */
export function isProcessAlive(pid: number, startTime: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user is there but may not be signalled.
    const isOfAnotherUser = error instanceof Error && 'code' in error && error.code === 'EPERM';
    if (!isOfAnotherUser) return false;
  }
  const fields = statFields(pid);
  if (fields === undefined) return true;
  const isZombie = fields[0] === 'Z';
  return !isZombie && (startTime === 0 || Number(fields[19]) === startTime);
}

/** The fields of `/proc/<pid>/stat` from the third (the state) on; the second, a name, may hold anything. */
function statFields(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
