import { isLive } from '../run-state/run-state.ts';
import { readRun } from '../runs/list.ts';
import { thisHost } from '../runs/processes.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import { scoreOfStatus } from '../runs/status.ts';
import type { NotifySettings } from './settings.ts';
import { type RunEvent, sendWebhook } from './webhook.ts';

/** Milliseconds between two looks for hints of the trainer. */
const lookPause = 15_000;

/** What a process does that notifies of the run which it trains, or whose trainer it waits for. */
export interface RunWatch {
  /** Ends it without a report. */
  stop(): void;
  /** Ends it with a report of how the run ended. Never rejects. */
  end(): Promise<void>;
}

/**
 * Reports on a run from now on: hints as its trainer recognizes them, and how it ended.
 *
 * @param pauses milliseconds before each further try to deliver a report
 * @param onProblem hears why a report was not delivered
 */
export function watchRun(
  paths: RunPaths,
  settings: NotifySettings,
  pauses: readonly number[],
  onProblem: (problem: string) => void,
): RunWatch {
  const reporter = createRunReporter(paths, settings, Date.now(), async (address, event) => {
    const problem = await sendWebhook(address, event, pauses);
    if (problem !== undefined) onProblem(problem);
  });
  const looking = setInterval(() => void reporter.look(), lookPause);
  const stop = () => clearInterval(looking);
  return {
    stop,
    end() {
      stop();
      return reporter.end();
    },
  };
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
  send: (address: string, event: RunEvent) => Promise<unknown>,
): RunReporter {
  const reported = new Set<string>();
  const before = readRun(paths.root, Date.now());
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
      const run = readRun(paths.root, Date.now());
      // A process that trained nothing, because the run exists or is finished, has no end to report.
      if (run === undefined || run.updated === before?.updated) return;
      // A person who stops a run knows it.
      if (isLive(run.state) || run.state.state === 'stopped' || !isLong()) return;
      await report('ended');
    },
  };
}
