import { setTimeout as delay } from 'node:timers/promises';
import type { RequestKind } from '../runs/control.ts';
import { report, type StageContext } from './stage-context.ts';

/** Milliseconds between looks at the control folder during a pause. */
const pausePoll = 200;

/** Whether a trainer with these requests, the oldest first, should pause. */
export function isPauseRequested(requests: readonly RequestKind[]): boolean {
  return requests.lastIndexOf('pause') > requests.lastIndexOf('resume');
}

/**
 * Waits for a request to resume or to stop.
 *
 * @param handle handles the other requests at once
 */
export async function waitWhilePaused(
  context: StageContext,
  handle: (requests: readonly RequestKind[]) => Promise<void>,
): Promise<'resume' | 'stop'> {
  const { session, stop } = context;
  session.setStatus({ state: 'paused', rate: null, etaSeconds: null }, { now: true });
  report(context, 'Paused.');
  while (true) {
    const requests = session.takeRequests();
    if (requests.includes('stop') || stop.aborted) return 'stop';
    await handle(requests);
    if (requests.lastIndexOf('resume') > requests.lastIndexOf('pause')) break;
    await delay(pausePoll);
  }
  session.setStatus({ state: 'running' }, { now: true });
  report(context, 'Resumed.');
  return 'resume';
}
