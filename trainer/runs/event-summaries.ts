import { isPlainObject } from '../guards/guards.ts';
import {
  encodeHyperParameters,
  type HyperParameterMessage,
  type HyperParametersMessage,
  type SummaryValue,
  tensorTypes,
} from './event-protocol.ts';

/** The largest image in an event file, in bytes; the file is read again whenever its curves are drawn. */
export const maximumImageBytes = 1_000_000;

/** An encoded image; undefined if it is too large. */
export function imageSummary(
  tag: string,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: number },
  encoded: Uint8Array,
): SummaryValue | undefined {
  if (encoded.length > maximumImageBytes) return undefined;
  return { tag, image: { width, height, colorspace: channels, encodedImageString: encoded } };
}

/** A text in Markdown. */
export function textSummary(tag: string, markdown: string): SummaryValue {
  return {
    tag,
    tensor: { dtype: tensorTypes.string, tensorShape: {}, stringVal: [Buffer.from(markdown)] },
    metadata: { pluginData: { pluginName: 'text' } },
  };
}

/** The hyper-parameters of a run for TensorBoard's dashboard, with the scalars that rank runs there. */
export function hyperParameterSummaries(
  config: object,
  metrics: readonly string[],
  startTimeSecs: number,
): SummaryValue[] {
  const values = flatten(config);
  const hparamInfos = values.map(({ key, value }) => ({ name: key, type: typeOf(value) }));
  const metricInfos = metrics.map((tag) => ({ name: { tag } }));
  return [
    hyperParameterSummary('experiment', { experiment: { hparamInfos, metricInfos } }),
    hyperParameterSummary('session_start_info', { sessionStartInfo: { hparams: values, startTimeSecs } }),
  ];
}

/** How a session ended, as in `hparams/api.proto`. */
export const sessionStatus = { success: 1, failure: 2 } as const;

export function sessionEndSummary(status: keyof typeof sessionStatus, endTimeSecs: number): SummaryValue {
  return hyperParameterSummary('session_end_info', {
    sessionEndInfo: { status: sessionStatus[status], endTimeSecs },
  });
}

function hyperParameterSummary(name: string, message: HyperParametersMessage): SummaryValue {
  return {
    tag: `_hparams_/${name}`,
    metadata: { pluginData: { pluginName: 'hparams', content: encodeHyperParameters(message) } },
    // TensorBoard ignores summaries without a value.
    tensor: { dtype: tensorTypes.float, tensorShape: { dim: [{ size: 1 }] }, floatVal: [0] },
  };
}

interface HyperParameter {
  readonly key: string;
  readonly value: HyperParameterMessage;
}

/** The settings by their keys with dots. Lists are texts, because there is no such type. */
function flatten(settings: object, prefix = ''): HyperParameter[] {
  return Object.entries(settings).flatMap(([name, value]: [string, unknown]) => {
    const key = `${prefix}${name}`;
    if (isPlainObject(value)) return flatten(value, `${key}.`);
    return value === undefined || value === null ? [] : [{ key, value: messageOf(value) }];
  });
}

function messageOf(value: unknown): HyperParameterMessage {
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return { stringValue: typeof value === 'string' ? value : JSON.stringify(value) };
}

/** `DataType` of `hparams/api.proto`. */
function typeOf({ stringValue, boolValue }: HyperParameterMessage): number {
  if (stringValue !== undefined) return 1;
  return boolValue === undefined ? 3 : 2;
}
