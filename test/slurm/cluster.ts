import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A Slurm of a controller and two nodes, all on this host. */
export interface Cluster {
  /** Of the commands of Slurm, and of what they start. */
  readonly environment: NodeJS.ProcessEnv;
  run(program: string, ...args: readonly string[]): Promise<string>;
  /** Ends the daemon of a node and everything that it runs, as a power cut does. */
  killNode(name: string): Promise<void>;
  stop(): Promise<void>;
}

const nodes = ['n1', 'n2'] as const;

/** Whether Slurm can be started here: `npm test -- slurm` installs it. */
export const hasSlurm =
  process.getuid?.() === 0 &&
  ['/usr/sbin/slurmctld-wlm', '/usr/sbin/slurmd-wlm', '/usr/bin/sbatch'].every((path) => existsSync(path));

/**
 * Starts Slurm. Resolves once both nodes are idle.
 *
 * @param requeueSeconds how long a requeued job waits at least: until its old credential expires, two minutes by default
 */
export async function startCluster({ requeueSeconds = 10 } = {}): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'esrgan-slurm-'));
  const [controllerPort, ...nodePorts] = await freePorts(1 + nodes.length);
  for (const each of ['state', ...nodes]) mkdirSync(join(folder, each));
  const configuration = join(folder, 'slurm.conf');
  const host = hostname().replace(/\..*/, '');
  const lines = [
    'ClusterName=test',
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${controllerPort}`,
    'SlurmUser=root',
    'SlurmdUser=root',
    // Nothing needs munge on one host.
    'AuthType=auth/none',
    'CredType=cred/none',
    `AuthInfo=cred_expire=${requeueSeconds}`,
    'CommunicationParameters=NoCtldInAddrAny,NoInAddrAny',
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'SelectType=select/cons_tres',
    'MpiDefault=none',
    'SlurmdParameters=config_overrides',
    'SlurmdTimeout=12',
    'KillWait=10',
    'ReturnToService=2',
    'JobRequeue=1',
    'SchedulerParameters=bf_interval=3,sched_interval=2',
    'AccountingStorageType=accounting_storage/none',
    `StateSaveLocation=${join(folder, 'state')}`,
    `SlurmctldPidFile=${join(folder, 'slurmctld.pid')}`,
    `SlurmdPidFile=${join(folder, '%n', 'slurmd.pid')}`,
    `SlurmdSpoolDir=${join(folder, '%n')}`,
    ...nodes.map(
      (name, index) =>
        `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${nodePorts[index]} CPUs=4 RealMemory=4000`,
    ),
    'PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP',
  ];
  writeFileSync(configuration, `${lines.join('\n')}\n`);
  const environment = { ...process.env, SLURM_CONF: configuration };
  const setting = `SLURM_CONF=${configuration}`;
  const daemons = new Map<string, ChildProcess>();
  const start = (name: string, program: string, ...args: readonly string[]) => {
    const output = openSync(join(folder, `${name}.log`), 'a');
    daemons.set(name, spawn(program, args, { env: environment, stdio: ['ignore', output, output] }));
  };
  start('slurmctld', '/usr/sbin/slurmctld-wlm', '-D', '-c');
  for (const name of nodes)
    start(name, '/usr/sbin/slurmd-wlm', '-D', '-N', name, '-d', '/usr/sbin/slurmstepd-wlm');
  const run = async (program: string, ...args: readonly string[]) => {
    const { stdout } = await promisify(execFile)(program, args, { env: environment });
    return stdout;
  };

  const killDaemon = async (name: string) => {
    const daemon = daemons.get(name);
    daemons.delete(name);
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const ended = once(daemon, 'exit');
    daemon.kill('SIGKILL');
    await ended;
  };
  const killNode = async (name: string) => {
    await killDaemon(name);
    for (const pid of processesOf(name, setting)) kill(pid);
  };

  await until('both nodes are idle', async () => {
    const states = await run('sinfo', '-h', '-o', '%T %D').catch(() => '');
    return states.trim() === `idle ${nodes.length}`;
  });
  return {
    environment,
    run,
    killNode,
    async stop() {
      for (const name of nodes) await killNode(name);
      await killDaemon('slurmctld');
      // A step daemon without processes waits for its controller.
      for (const pid of processIds()) if (environmentOf(pid).includes(setting)) kill(Number(pid));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The processes of jobs on a node, and the step daemons above them. */
function processesOf(node: string, setting: string): number[] {
  const isOfJob = (pid: string) => {
    const environment = environmentOf(pid);
    return environment.includes(`SLURMD_NODENAME=${node}`) && environment.includes(setting);
  };
  const found = new Set<string>();
  for (const job of processIds().filter(isOfJob)) {
    found.add(job);
    for (let parent = parentOf(job); isStepDaemon(parent); parent = parentOf(parent)) found.add(parent);
  }
  // The daemons first: they report how their processes end.
  return [...found].sort((a, b) => Number(isStepDaemon(b)) - Number(isStepDaemon(a))).map(Number);
}

function processIds(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

/** The variables that a process was started with. */
function environmentOf(pid: string): string[] {
  return readProc(pid, 'environ').split('\0');
}

function isStepDaemon(pid: string): boolean {
  return readProc(pid, 'cmdline').startsWith('slurmstepd');
}

function parentOf(pid: string): string {
  return /^PPid:\s*(\d+)/m.exec(readProc(pid, 'status'))?.[1] ?? '0';
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Ends a process that may already have ended. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** Ports of 127.0.0.1 that nothing listens on. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      server.close();
      await once(server, 'close');
      if (address === null || typeof address === 'string') throw new Error('no port');
      return address.port;
    }),
  );
}

/** Waits for a condition; the timeout of the test ends it. */
export async function until<T>(what: string, condition: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (const start = Date.now(); ; await delay(500)) {
    const value = await condition();
    if (value) return value;
    if (Date.now() - start > 280_000) throw new Error(`Waited in vain until ${what}.`);
  }
}
