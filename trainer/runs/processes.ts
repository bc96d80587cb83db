import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

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

/**
 * When a process of this host started, in clock ticks since the machine started, from Linux's `/proc/<pid>/stat`
 * (field 22); 0 if unknown. A process id together with its start time is unique.
 */
export function processStartTime(pid: number): number {
  return Number(statFields(pid)?.[19] ?? 0);
}

/** Whether a process of this host is alive; `startTime` (0: unknown) detects a process id that is used again. */
export function isProcessAlive(pid: number, startTime: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // The process exists, but belongs to another user.
    const isOfAnotherUser = error instanceof Error && 'code' in error && error.code === 'EPERM';
    if (!isOfAnotherUser) return false;
  }
  const fields = statFields(pid);
  if (fields === undefined) return true;
  const isZombie = fields[0] === 'Z';
  return !isZombie && (startTime === 0 || Number(fields[19]) === startTime);
}

/** A process of some host. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** See `processStartTime`; 0: unknown. */
  readonly startTime: number;
}

/** This process as a part of a file name. */
export const thisProcess = `${thisHost}.${process.pid}.${processStartTime(process.pid)}`;

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
