import { readdirSync, readFileSync } from 'node:fs';

/** Process id of the only descendant whose command line matches; throws if there is none. */
export function findProcess(ancestor: number, commandLine: RegExp): number {
  const processes = readdirSync('/proc')
    .map(Number)
    .filter(Number.isInteger)
    .flatMap((pid) => {
      try {
        const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return [{ pid, parent: Number(parent), line }];
      } catch {
        // The process has just exited.
        return [];
      }
    });
  const below = (pid: number): number[] =>
    processes.filter(({ parent }) => parent === pid).flatMap((child) => [child.pid, ...below(child.pid)]);
  const descendants = new Set(below(ancestor));
  const [found] = processes.filter(({ pid, line }) => descendants.has(pid) && commandLine.test(line));
  if (!found) throw new Error(`No process below ${ancestor} matches ${commandLine}.`);
  return found.pid;
}
