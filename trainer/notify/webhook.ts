import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../errors/errors.ts';
import { formatDuration } from '../format/format.ts';
import type { JsonNumber } from '../guards/guards.ts';
import { type MetricValue, metricText } from '../metrics/metric-text.ts';
import type { RunState, Stage } from '../run-state/run-state.ts';
import { thisHost } from '../runs/processes.ts';

/** What a webhook gets about a run; the body of one that is neither Slack's nor Discord's. */
export interface RunEvent {
  /** `ended`: it finished, failed or crashed. `hint`: its trainer recognized a problem. `test`: a person tries the webhook. */
  readonly event: 'ended' | 'hint' | 'test';
  readonly run: string;
  /** The run directory. */
  readonly path: string;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly state: RunState;
  readonly stage: Stage | null;
  /** Why it is in this state, or the hint. */
  readonly reason: string | null;
  readonly step: number | null;
  readonly steps: number | null;
  /** Of the last validation, in dB. */
  readonly psnr: JsonNumber | null;
  /** The metric of `checkpoints.best` in the last validation. */
  readonly score: MetricValue | null;
  /** Since its process was started. */
  readonly seconds: number | null;
}

/** Discord allows 2,000 characters. */
const longestText = 1500;

/** An event as one line or two, for people. */
export function eventText({
  event,
  run,
  host,
  state,
  stage,
  reason,
  step,
  score,
  seconds,
}: RunEvent): string {
  if (event === 'test') return `ESRGAN Workbench on ${host}: this is a test of the webhook.`;
  const facts = [
    ...(seconds === null ? [] : [`after ${formatDuration(seconds)}`]),
    ...(step === null ? [] : [`step ${step}`]),
    ...(score === null ? [] : [metricText(score, 'with unit')]),
  ];
  const happened =
    event === 'hint' ? 'needs attention' : `${stage ?? 'training'} ${state === 'lost' ? 'crashed' : state}`;
  const text = `Run ${run} on ${host}: ${happened}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}.`;
  return reason === null ? text : `${text}\n${reason.slice(0, longestText)}`;
}

/** The body for a webhook, in the form of the service that its address names. */
export function webhookBody(address: string, event: RunEvent): object {
  const { hostname, pathname } = new URL(address);
  const text = eventText(event);
  const isAt = (host: string) => hostname === host || hostname.endsWith(`.${host}`);
  if (isAt('slack.com')) return { text };
  if ((isAt('discord.com') || isAt('discordapp.com')) && pathname.startsWith('/api/webhooks/'))
    // Names of runs mention nobody.
    return { content: text, allowed_mentions: { parse: [] } };
  return { ...event, text };
}

/** The event with which a person tries a webhook. */
export function testEvent(): RunEvent {
  const nothing = {
    stage: null,
    reason: null,
    step: null,
    steps: null,
    psnr: null,
    score: null,
    seconds: null,
  };
  const time = new Date().toISOString();
  return { event: 'test', run: '', path: '', host: thisHost, time, state: 'unknown', ...nothing };
}

/** Milliseconds before each further try of a process that has nothing else to do. */
export const patientPauses = [2000, 15_000, 60_000];

/** Milliseconds that one try may take. */
const timeout = 10_000;

/**
 * Posts an event to a webhook. It is tried again where the network fails or the service is busy, not where it refuses.
 *
 * @param pauses milliseconds before each further try
 * @returns what is wrong, without the address, which is a secret; undefined if it was delivered. Never rejects
 */
export async function sendWebhook(
  address: string,
  event: RunEvent,
  pauses: readonly number[],
): Promise<string | undefined> {
  let problem: string | undefined;
  for (const pause of [0, ...pauses]) {
    if (pause > 0) await wait(pause);
    const answer = await post(address, event);
    if (answer.state === 'delivered') return undefined;
    problem = answer.problem;
    if (answer.state === 'refused') return problem;
  }
  return problem;
}

type Answer =
  | { readonly state: 'delivered'; readonly problem?: undefined }
  | { readonly state: 'refused' | 'failed'; readonly problem: string };

async function post(address: string, event: RunEvent): Promise<Answer> {
  try {
    if (!/^https?:$/.test(new URL(address).protocol))
      return { state: 'refused', problem: 'its address does not start with https:// or http://' };
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(webhookBody(address, event)),
      signal: AbortSignal.timeout(timeout),
    });
    await response.body?.cancel();
    if (response.ok) return { state: 'delivered' };
    const isBusy = response.status === 429 || response.status >= 500;
    return { state: isBusy ? 'failed' : 'refused', problem: `it responded with status ${response.status}` };
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && error.code === 'ERR_INVALID_URL')
      return { state: 'refused', problem: 'its address is not valid' };
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { state: 'failed', problem: messageOf(cause) };
  }
}
