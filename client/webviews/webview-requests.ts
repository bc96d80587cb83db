import { isCommandTarget } from '../../server/protocol/commands.ts';
import {
  type ComparisonQuery,
  type ImageQuery,
  isModelChoice,
  type ModelReference,
  maximumComparedRuns,
} from '../../server/protocol/comparison.ts';
import type { PatchesQuery } from '../../server/protocol/training-patches.ts';
import {
  type PreviewRegion,
  type WebviewRequest,
  type WebviewRequestName,
  type WebviewRequests,
  webviewCommands,
} from '../../server/protocol/webview.ts';
import {
  type Guard,
  isBoolean,
  isCount,
  isExactly,
  isList,
  isNull,
  isNullable,
  isNumber,
  isOneOf,
  isString,
  isTuple,
  isUnion,
} from '../../trainer/guards/guards.ts';
import { isRect } from '../../trainer/guards/rect.ts';
import { stages } from '../../trainer/run-state/run-state.ts';

const isStrings = isList(isString);
const hasRun = isExactly({ run: isString });
const hasRuns = isExactly({ runs: isList(isString, maximumComparedRuns) });
const hasFile = isExactly({ file: isString });
const maximumModels = 256;

const isModel = isExactly<ModelReference>({
  run: isString,
  checkpoint: isString,
  interpolatedWith: isNullable(isExactly({ checkpoint: isString, alpha: isNumber })),
});

const isComparison = isExactly<ComparisonQuery>({
  runs: isList(isString, maximumComparedRuns),
  models: isList(isModelChoice, maximumModels),
  protocols: isStrings,
  baseline: isNullable(isString),
});

const isImage = isExactly<ImageQuery>({
  path: isString,
  role: isOneOf(['hr', 'lr']),
  box: isNullable(isRect),
});

const isContent = isUnion(isString, (value): value is Uint8Array => value instanceof Uint8Array);

/** The requests that a page may send, each with the check of its parameters. Nothing reaches the editor unchecked. */
const requests: { readonly [Name in WebviewRequestName]: Guard<WebviewRequests[Name]['params']> } = {
  'esrgan/runs': isNull,
  'esrgan/runTable': isExactly({ since: isNullable(isString) }),
  'esrgan/run': hasRun,
  'esrgan/points': isExactly({
    run: isString,
    after: isNullable(isExactly({ generation: isString, count: isNumber })),
  }),
  'esrgan/newestPoints': isExactly({ run: isString, count: isNumber }),
  'esrgan/follow': isExactly({ run: isString, follow: isBoolean }),
  'esrgan/control': isExactly({
    run: isString,
    request: isOneOf(['stop', 'pause', 'resume', 'checkpoint', 'validate']),
  }),
  'esrgan/comparison': isComparison,
  'esrgan/evaluation': isExactly({ run: isString, file: isString }),
  'esrgan/testSets': hasRuns,
  'esrgan/evaluate': isExactly({ model: isModel, testSet: isString, protocols: isStrings }),
  'esrgan/configDifference': hasRuns,
  'esrgan/curveScale': hasRun,
  'esrgan/imageResults': isExactly({
    image: isImage,
    models: isList(isModel, maximumModels),
    run: isNullable(isString),
  }),
  'esrgan/loggedImages': hasRun,
  'esrgan/weightsDifference': isExactly({ a: isString, b: isString }),
  'esrgan/interpolate': isExactly({ a: isString, b: isString, alpha: isNumber, image: isImage }),
  'esrgan/closeInterpolation': isNull,
  'esrgan/exportComparison': isExactly({
    comparison: isComparison,
    format: isOneOf(['csv', 'markdown', 'html']),
    rows: isNullable(isStrings),
    columns: isNullable(isStrings),
    published: isStrings,
    tags: isStrings,
    images: isList(
      isExactly({ title: isString, tiles: isList(isExactly({ label: isString, path: isString })) }),
    ),
  }),
  'esrgan/jobs': isNull,
  'esrgan/cancelJob': isExactly({ job: isString }),
  'esrgan/weights': hasFile,
  'esrgan/tensorValues': hasFile,
  'host/uris': isExactly({ paths: isStrings }),
  'host/save': isExactly({ name: isString, content: isContent }),
  'host/open': isExactly({ path: isString }),
  'host/openRunFile': isNull,
  'host/command': isExactly({
    command: isOneOf(webviewCommands),
    args: isUnion(isTuple(isCommandTarget), isTuple(isCommandTarget, isList(isCommandTarget))),
  }),
  'host/saveState': isExactly({ state: isString }),
  'host/diff': isExactly({ left: isString, right: isString }),
  'host/pickRuns': hasRuns,
  'host/runsOf': isExactly({ uris: isStrings }),
  'host/draggedRuns': isNull,
  'host/setRuns': hasRuns,
  'host/displayableImage': isExactly({ path: isString }),
  'host/previewedModels': isNull,
  'host/addPreviewedModel': isNull,
  'host/removePreviewedModel': isExactly({ id: isString }),
  'host/previewRegion': isExactly<PreviewRegion>({
    id: isNullable(isString),
    region: isRect,
    scale: isCount,
    isBetter: isBoolean,
  }),
  'host/cancelPreview': isNull,
  'host/upscalePreviewed': isExactly({ id: isString }),
  'host/upscaleWith': isNull,
  'host/convertWeights': isNull,
  'host/pickWeights': isNull,
  'host/trainingPatches': isExactly<PatchesQuery>({
    stage: isOneOf(stages),
    step: isCount,
    count: isCount,
    without: isList(isCount),
  }),
  'host/openAsText': isNull,
};

/** Whether a message of a page is a request that pages may send, in the declared form. */
export const isWebviewRequest: Guard<WebviewRequest> = (message): message is WebviewRequest =>
  isEnvelope(message) && requests[message.name](message.params);

const isName: Guard<WebviewRequestName> = (name): name is WebviewRequestName =>
  isString(name) && Object.hasOwn(requests, name);

const isEnvelope = isExactly({
  kind: isOneOf(['request']),
  id: isNumber,
  name: isName,
  params: (_params: unknown): _params is unknown => true,
});
