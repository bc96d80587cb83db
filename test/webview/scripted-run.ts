import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { PointsAnswer } from '../../server/protocol/points.ts';
import type { RunDetail, StageSamples } from '../../server/protocol/runs.ts';
import type { WebviewRequestName } from '../../server/protocol/webview.ts';
import { noNotes } from '../../trainer/run-state/notes.ts';
import { type Answers, addressOfFile } from './harness.ts';

/** The colors that the sample images of a scripted run are filled with. */
export const sampleColors = {
  lr: [90, 90, 90],
  bicubic: [200, 0, 0],
  sr: [0, 160, 0],
  hr: [0, 0, 220],
} as const;

const started = Date.UTC(2030, 0, 31, 12) / 1000;

/** A run whose points and state a test makes up. */
export interface ScriptedRun {
  readonly run: string;
  readonly answers: Answers;
  /** The requests of the page, in order. */
  readonly requests: readonly { readonly name: WebviewRequestName; readonly params: unknown }[];
  /** The value of a tag at a step, a step every second. */
  log(tag: string, step: number, value: number | null): void;
  setState(state: RunDetail['summary']['state']): void;
  /** All that was logged is void, as when a run goes on from an earlier checkpoint. */
  forget(): void;
  remove(): void;
}

/** A run of 32x32 sample images at the given steps, each image of one color. */
export async function scriptRun(sampleSteps: readonly number[]): Promise<ScriptedRun> {
  const folder = mkdtempSync(join(tmpdir(), 'scripted-run-'));
  const images = new Map<string, string>();
  for (const [name, [r, g, b]] of Object.entries(sampleColors)) {
    const side = name === 'lr' ? 8 : 32;
    const path = join(folder, `${name}.png`);
    await sharp({ create: { width: side, height: side, channels: 3, background: { r, g, b } } })
      .png()
      .toFile(path);
    images.set(name, path);
  }
  const path = (name: string) => images.get(name) ?? '';
  const samples: StageSamples[] = [
    {
      stage: 'pretraining',
      images: ['00-coast', '01-field'].map((key) => ({
        key,
        lr: path('lr'),
        bicubic: path('bicubic'),
        hr: path('hr'),
      })),
      steps: sampleSteps.map((step) => ({ step, sr: { '00-coast': path('sr'), '01-field': path('sr') } })),
    },
  ];
  const logged: { readonly tag: string; readonly step: number; readonly value: number | null }[] = [];
  const requests: { name: WebviewRequestName; params: unknown }[] = [];
  let generation = 1;
  let state: RunDetail['summary']['state'] = 'running';

  const answer = (first: number): Omit<PointsAnswer, 'isFromStart'> => ({
    tags: [...new Set(logged.slice(first).map(({ tag }) => tag))].map((tag) => {
      const points = logged.slice(first).filter((point) => point.tag === tag);
      return {
        tag,
        steps: points.map(({ step }) => step),
        values: points.map(({ value }) => value),
        wallTimes: points.map(({ step }) => started + step),
      };
    }),
    cursor: { generation: String(generation), count: logged.length },
    more: false,
    problems: [],
  });
  const recorded =
    <Params, Result>(name: WebviewRequestName, reply: (params: Params) => Result) =>
    (params: Params) => {
      requests.push({ name, params });
      return reply(params);
    };
  return {
    run: folder,
    requests,
    answers: {
      'esrgan/run': recorded('esrgan/run', () => detailOf(folder, state, samples)),
      'esrgan/newestPoints': recorded('esrgan/newestPoints', () => answer(0)),
      'esrgan/points': recorded('esrgan/points', ({ after }) => {
        const isFromStart = after?.generation !== String(generation);
        return { isFromStart, ...answer(isFromStart ? 0 : (after?.count ?? 0)) };
      }),
      'esrgan/follow': recorded('esrgan/follow', () => null),
      'esrgan/control': recorded('esrgan/control', () => ({ isPending: false, job: '7' })),
      'host/uris': ({ paths }) => Object.fromEntries(paths.map((each) => [each, addressOfFile(each)])),
      'host/save': recorded('host/save', ({ name }) => ({ path: name })),
      'host/openRunFile': recorded('host/openRunFile', () => null),
      'host/command': recorded('host/command', () => null),
    },
    log(tag, step, value) {
      logged.push({ tag, step, value });
    },
    setState(next) {
      state = next;
    },
    forget() {
      generation++;
      logged.length = 0;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function detailOf(
  run: string,
  state: RunDetail['summary']['state'],
  samples: readonly StageSamples[],
): RunDetail {
  return {
    summary: {
      run,
      name: 'harbour',
      runsDir: tmpdir(),
      kind: 'esrgan',
      state,
      reason: { failed: 'The disk is full.', queued: 'on gpu: Resources' }[String(state)] ?? null,
      stage: 'pretraining',
      next: null,
      epoch: 3,
      epochs: 60,
      step: 1500,
      steps: 30_000,
      rate: 4.13,
      etaSeconds: 4320,
      loss: 0.0123,
      score: { metric: 'psnr', value: 25.49 },
      queuePosition: null,
      color: 0,
      notes: noNotes,
      hints: [],
      created: started * 1000,
      updated: started * 1000,
    },
    memoryBytes: 2 ** 30,
    sessions: [
      {
        started: started * 1000,
        stage: 'pretraining',
        step: 0,
        engine: 'cpu',
        device: 'a processor',
        host: 'here',
        pid: 7,
        toolVersion: '0.1.0',
        command: 'esrgan train run.esrgan.yaml',
        source: { commit: '0123456789abcdef0123456789abcdef01234567', isDirty: true },
        stopped: null,
      },
    ],
    bestMetric: 'psnr',
    checkpoints: [],
    samples,
    stepsBeforeTraining: 0,
    mirror: { state: 'uploading', link: 'https://wandb.ai/me/faces/runs/1', problem: null },
    logTail: ['It began.', 'It went on.'],
    files: { config: join(run, 'run.esrgan.yaml'), log: join(run, 'log.txt') },
  };
}
