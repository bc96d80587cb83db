import { afterEach, describe, expect, test } from 'vitest';
import { createRunReporter } from '../../../../trainer/notify/run-reporter.ts';
import { notifyEnvironment, takeNotifySettings } from '../../../../trainer/notify/settings.ts';
import {
  eventText,
  type RunEvent,
  sendWebhook,
  testEvent,
  webhookBody,
} from '../../../../trainer/notify/webhook.ts';
import { writeStatus } from '../../../../trainer/runs/status.ts';
import { temporaryRun } from '../runs/temporary-run.ts';
import { type WebhookServer, webhookServer } from './webhook-server.ts';

const event: RunEvent = {
  event: 'ended',
  run: 'photos',
  path: '/w/runs/photos',
  host: 'lab',
  time: '2030-01-31T12:00:00.000Z',
  state: 'finished',
  stage: 'training',
  reason: null,
  step: 1000,
  steps: 1000,
  psnr: 28.123,
  score: { metric: 'psnr', value: 28.123 },
  seconds: 3600,
};

test.each<[Partial<RunEvent>, string]>([
  [{}, 'Run photos on lab: training finished (after 1 h, step 1000, PSNR 28.12 dB).'],
  [
    { state: 'failed', reason: 'The disk is full.', score: null },
    'Run photos on lab: training failed (after 1 h, step 1000).\nThe disk is full.',
  ],
  [{ state: 'lost', step: null, score: null, seconds: null }, 'Run photos on lab: training crashed.'],
  [
    {
      event: 'hint',
      state: 'running',
      reason: 'Hint: PSNR has been flat.',
      score: { metric: 'lpips', value: 0.12345 },
    },
    'Run photos on lab: needs attention (after 1 h, step 1000, LPIPS 0.1235).\nHint: PSNR has been flat.',
  ],
  [{ event: 'test' }, 'ESRGAN Workbench on lab: this is a test of the webhook.'],
])('%j is %j', (change, text) => expect(eventText({ ...event, ...change })).toBe(text));

const text = eventText(event);

test.each([
  ['https://hooks.slack.com/services/T/B/x', { text }],
  ['https://discord.com/api/webhooks/1/x', { content: text, allowed_mentions: { parse: [] } }],
  ['https://canary.discord.com/api/webhooks/1/x', { content: text, allowed_mentions: { parse: [] } }],
  ['https://discord.com/other', { ...event, text }],
  ['https://notslack.com/x', { ...event, text }],
  ['http://localhost:1234/', { ...event, text }],
])('the body for %s', (address, body) => expect(webhookBody(address, event)).toEqual(body));

test('a long reason is cut', () =>
  expect(eventText({ ...event, reason: 'x'.repeat(5000) }).length).toBeLessThan(1700));

describe('a webhook on this host', () => {
  let server: WebhookServer | undefined;
  afterEach(() => server?.close());

  test.each<[readonly (number | 'hang up')[], number, string | undefined]>([
    [[200], 1, undefined],
    [[503, 429, 204], 3, undefined],
    [['hang up', 200], 2, undefined],
    [[500, 500, 500], 3, 'it responded with status 500'],
    [[404], 1, 'it responded with status 404'],
  ])('that answers %j is asked %d times', async (codes, times, problem) => {
    server = await webhookServer(...codes);
    const { address, bodies } = server;
    expect(await sendWebhook(address, event, [1, 1])).toBe(problem);
    expect(bodies).toEqual(Array(times).fill({ ...event, text }));
  });

  test('no problem names the address, which is a secret', async () => {
    server = await webhookServer();
    server.close();
    expect(await sendWebhook(server.address, event, [])).not.toContain('secret');
  });
});

test.each([
  ['file:///etc/passwd', 'its address does not start with https:// or http://'],
  ['nonsense', 'its address is not valid'],
])('%s is refused', async (address, problem) =>
  expect(await sendWebhook(address, testEvent(), [])).toBe(problem),
);

test('settings reach a process by its environment, and nothing else', () => {
  const environment: NodeJS.ProcessEnv = {
    PATH: '/bin',
    ...notifyEnvironment({ webhook: 'https://x', afterMinutes: 5 }),
  };
  expect(takeNotifySettings(environment)).toEqual({ webhook: 'https://x', afterMinutes: 5 });
  expect(environment).toEqual({ PATH: '/bin', NODE_USE_ENV_PROXY: '1' });
  expect(takeNotifySettings(environment)).toBeUndefined();
});

test.each([
  [{ ESRGAN_NOTIFY_WEBHOOK: 'https://x' }, { webhook: 'https://x', afterMinutes: 10 }],
  [{ ESRGAN_NOTIFY_WEBHOOK: ' ', ESRGAN_NOTIFY_AFTER_MINUTES: '5' }, undefined],
  [{ ESRGAN_NOTIFY_WEBHOOK: 'https://x', ESRGAN_NOTIFY_AFTER_MINUTES: '0' }, undefined],
  [{ ESRGAN_NOTIFY_WEBHOOK: 'https://x', ESRGAN_NOTIFY_AFTER_MINUTES: 'soon' }, undefined],
])('the environment %j of a terminal', (environment, settings) =>
  expect(takeNotifySettings({ ...environment })).toEqual(settings),
);

test.each([
  { webhook: '', afterMinutes: 5 },
  { webhook: 'https://x', afterMinutes: 0 },
])('%j notifies nobody', (settings) => expect(notifyEnvironment(settings)).toEqual({}));

describe('a run', () => {
  const status = { stage: 'pretraining', epoch: 1, epochs: 1, step: 10, steps: 10, rate: null } as const;
  function reported(minutes: number, run = temporaryRun()) {
    const sent: RunEvent[] = [];
    const settings = { webhook: 'https://x', afterMinutes: 10 };
    const started = Date.now() - minutes * 60_000;
    const reporter = createRunReporter(run, settings, started, async (_, each) => sent.push(each));
    const write = (state: 'running' | 'finished' | 'stopped' | 'failed', hints?: readonly string[]) =>
      writeStatus(run, { ...status, etaSeconds: null, loss: null, psnr: 28, message: null, state, hints });
    return { run, reporter, sent, write };
  }

  test.each([
    ['finished', 11, ['ended finished']],
    ['failed', 11, ['ended failed']],
    ['stopped', 11, []],
    ['finished', 9, []],
  ] as const)('that is %s after %d minutes', async (state, minutes, expected) => {
    const { reporter, sent, write } = reported(minutes);
    write(state);
    await reporter.end();
    expect(sent.map((each) => `${each.event} ${each.state}`)).toEqual(expected);
  });

  test('that ended before is not reported again by a process that trains nothing', async () => {
    const { run, write } = reported(11);
    write('finished');
    const { reporter, sent } = reported(11, run);
    await reporter.end();
    expect(sent).toEqual([]);
  });

  test('with a hint, once', async () => {
    const { reporter, sent, write } = reported(11);
    write('finished', ['Hint: flat.']);
    await reporter.look();
    await reporter.look();
    expect(sent).toMatchObject([
      { event: 'hint', reason: 'Hint: flat.', psnr: 28, score: { metric: 'psnr', value: 28 }, step: 10 },
    ]);
  });
});
