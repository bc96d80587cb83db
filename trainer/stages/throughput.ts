import type { Loader } from '../data/loader.ts';

/** Measures the speed of training. */
export interface Throughput {
  /** Steps per second, averaged over the recent steps. Call it once after every step. */
  tick(): number;
  /** Scalars since the previous lap: speed, fraction of the time spent waiting for a batch, memory in bytes. */
  lap(step: number): Record<string, number>;
  /** Starts a new lap, so that the time since the last step (a validation, a pause) does not count. */
  restart(step: number): void;
}

export function createThroughput(loader: Loader, batchSize: number, startStep: number): Throughput {
  let lapTime = performance.now();
  let lapStep = startStep;
  let lapWaited = loader.waited;
  let stepTime = lapTime;
  let seconds = 0;
  return {
    tick() {
      const now = performance.now();
      const last = (now - stepTime) / 1000;
      stepTime = now;
      seconds = seconds === 0 ? last : 0.9 * seconds + 0.1 * last;
      return 1 / seconds;
    },
    lap(step) {
      const now = performance.now();
      const elapsed = Math.max((now - lapTime) / 1000, 1e-9);
      const rate = (step - lapStep) / elapsed;
      const idle = Math.min((loader.waited - lapWaited) / 1000 / elapsed, 1);
      lapTime = now;
      lapStep = step;
      lapWaited = loader.waited;
      return {
        steps_per_second: rate,
        samples_per_second: rate * batchSize,
        loader_idle_share: idle,
        memory_bytes: process.memoryUsage.rss(),
      };
    },
    restart(step) {
      lapTime = performance.now();
      stepTime = lapTime;
      lapStep = step;
      lapWaited = loader.waited;
    },
  };
}
