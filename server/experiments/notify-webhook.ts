import { isLive } from '../../trainer/run-state/run-state.ts';
import { readRun } from '../../trainer/runs/list.ts';
import { thisHost } from '../../trainer/runs/processes.ts';
import type { RunPaths } from '../../trainer/runs/run-directory.ts';
import { scoreOfStatus } from '../../trainer/runs/status.ts';
import type { NotifySettings } from '../protocol/settings.ts';
import { type RunEvent, sendWebhook } from './webhook.ts';

/** The variables in which the launcher gets the settings: its command line could be read by others. */
const variables = { webhook: 'ESRGAN_NOTIFY_WEBHOOK', afterMinutes: 'ESRGAN_NOTIFY_AFTER_MINUTES' } as const;

/** The environment of a launcher with these settings. */
export function notifyEnvironment({ webhook, afterMinutes }: NotifySettings): Record<string, string> {
  if (webhook === '' || afterMinutes === 0) return {};
  // Node.js uses a proxy only if it is told to.
  return {
    NODE_USE_ENV_PROXY: '1',
    [variables.webhook]: webhook,
    [variables.afterMinutes]: String(afterMinutes),
  };
}

/** Takes the settings out of an environment, so that no other process gets them. */
export function takeNotifySettings(environment: NodeJS.ProcessEnv): NotifySettings | undefined {
  const webhook = environment[variables.webhook];
  const afterMinutes = Number(environment[variables.afterMinutes]);
  for (const name of Object.values(variables)) delete environment[name];
  return webhook === undefined || !(afterMinutes > 0) ? undefined : { webhook, afterMinutes };
}

/** Reports what becomes of one run to a webhook. */
export interface RunReporter {
  /** Reports new hints of its trainer. */
  look(): Promise<void>;
  /** Reports how it ended. */
  end(): Promise<void>;
}

/** @param started when its process was started, in milliseconds since 1970 */
export function createRunReporter(
  paths: RunPaths,
  { webhook, afterMinutes }: NotifySettings,
  started: number,
  send: (address: string, event: RunEvent) => Promise<unknown> = sendWebhook,
): RunReporter {
  const reported = new Set<string>();
  const report = async (event: RunEvent['event'], hint?: string) => {
    const run = readRun(paths.root, Date.now());
    if (run === undefined) return;
    const { state, stageStatus: status } = run;
    await send(webhook, {
      event,
      run: paths.name,
      path: paths.root,
      host: thisHost,
      time: new Date().toISOString(),
      state: state.state,
      stage: state.stage,
      reason: hint ?? state.reason,
      step: status?.step ?? null,
      steps: status?.steps ?? null,
      psnr: status?.psnr ?? null,
      score: scoreOfStatus(status),
      seconds: (Date.now() - started) / 1000,
    });
  };
  const isLong = () => Date.now() - started >= afterMinutes * 60_000;
  return {
    async look() {
      if (!isLong()) return;
      for (const hint of readRun(paths.root, Date.now())?.status?.hints ?? []) {
        if (reported.has(hint)) continue;
        reported.add(hint);
        await report('hint', hint);
      }
    },
    async end() {
      const state = readRun(paths.root, Date.now())?.state;
      // A person who stops a run knows it.
      if (state === undefined || isLive(state) || state.state === 'stopped' || !isLong()) return;
      await report('ended');
    },
  };
}
