import {
  type ComparisonQuery,
  type ComparisonRequests,
  type ExportQuery,
  type ImageQuery,
  type ModelChoice,
  type ModelReference,
  maximumComparedRuns,
  type PixelBox,
} from '../../server/protocol/comparison.ts';
import type { WebviewRequestName, WebviewRequests } from '../../server/protocol/webview.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';
import { either, list, nullable, number, oneOf, type Parser, record, text } from './parse.ts';

const run = record<{ run: string }>({ run: text });
const runs = record<{ runs: readonly string[] }>({ runs: list(text, maximumComparedRuns) });
const stage = oneOf<Stage>('pretraining', 'training');
const checkpoint = either(oneOf('best', 'last'), number);
const maxModels = 256;

const modelChoice: Parser<ModelChoice> = either(
  record<Extract<ModelChoice, { kind: 'checkpoint' }>>({ kind: oneOf('checkpoint'), stage, checkpoint }),
  record<Extract<ModelChoice, { kind: 'interpolated' }>>({
    kind: oneOf('interpolated'),
    alpha: number,
    pretraining: checkpoint,
    training: checkpoint,
  }),
);

const model = record<ModelReference>({
  run: text,
  checkpoint: text,
  mixed: nullable(record<{ checkpoint: string; alpha: number }>({ checkpoint: text, alpha: number })),
});

const comparison = record<ComparisonQuery>({
  runs: list(text, maximumComparedRuns),
  models: list(modelChoice, maxModels),
  protocols: list(text),
  baseline: nullable(text),
});

const image = record<ImageQuery>({
  path: text,
  role: oneOf('hr', 'lr'),
  box: nullable(record<PixelBox>({ x: number, y: number, width: number, height: number })),
});

const parsers = {
  'esrgan/comparison': comparison,
  'esrgan/evaluation': record<ComparisonRequests['esrgan/evaluation']['params']>({ run: text, file: text }),
  'esrgan/testSets': runs,
  'esrgan/evaluate': record<ComparisonRequests['esrgan/evaluate']['params']>({
    model,
    testSet: text,
    protocols: list(text),
  }),
  'esrgan/configDifference': runs,
  'esrgan/curveScale': run,
  'esrgan/imageResults': record<ComparisonRequests['esrgan/imageResults']['params']>({
    image,
    models: list(model, maxModels),
    run: nullable(text),
  }),
  'esrgan/weightsDifference': record<{ a: string; b: string }>({ a: text, b: text }),
  'esrgan/interpolate': record<ComparisonRequests['esrgan/interpolate']['params']>({
    a: text,
    b: text,
    alpha: number,
    image,
  }),
  'esrgan/exportComparison': record<ExportQuery>({
    comparison,
    format: oneOf('csv', 'markdown', 'html'),
    rows: nullable(list(text)),
    columns: nullable(list(text)),
    published: list(text),
    tags: list(text),
    images: list(
      record<ExportQuery['images'][number]>({
        title: text,
        tiles: list(record<{ label: string; path: string }>({ label: text, path: text })),
      }),
    ),
  }),
  'esrgan/cancelJob': record<{ job: string }>({ job: text }),
  'host/diff': record<{ left: string; right: string }>({ left: text, right: text }),
  'host/pickRuns': runs,
  'host/runsOf': record<{ uris: readonly string[] }>({ uris: list(text) }),
  'host/setRuns': runs,
} satisfies { readonly [Name in WebviewRequestName]?: Parser<WebviewRequests[Name]['params']> };

type Parsed = {
  [Name in keyof typeof parsers]: {
    readonly name: Name;
    readonly params: WebviewRequests[Name]['params'];
  };
}[keyof typeof parsers];

/** A request of the comparison view, or undefined where it is none or of another form. */
export function parseComparisonRequest(name: unknown, params: unknown): Parsed | undefined {
  return isKnown(name) ? parseAs(name, params) : undefined;
}

function parseAs<Name extends keyof typeof parsers>(name: Name, params: unknown): Parsed | undefined {
  const parsed = parsers[name](params);
  return parsed === undefined ? undefined : ({ name, params: parsed } as Parsed);
}

function isKnown(name: unknown): name is keyof typeof parsers {
  return typeof name === 'string' && Object.hasOwn(parsers, name);
}
