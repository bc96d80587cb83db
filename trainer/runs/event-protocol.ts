import protobuf from 'protobufjs/light.js';

/**
 * The part of TensorFlow's `event.proto`, `summary.proto` and `tensor.proto` that carries scalars, images and texts, and of
 * TensorBoard's `hparams/plugin_data.proto` and `hparams/api.proto`.
 */
const protocol = protobuf.Root.fromJSON({
  nested: {
    Event: {
      fields: {
        wallTime: { type: 'double', id: 1 },
        step: { type: 'int64', id: 2 },
        fileVersion: { type: 'string', id: 3 },
        summary: { type: 'Summary', id: 5 },
        sessionLog: { type: 'SessionLog', id: 7 },
      },
    },
    SessionLog: { fields: { status: { type: 'uint32', id: 1 } } },
    Summary: { fields: { value: { rule: 'repeated', type: 'SummaryValue', id: 1 } } },
    SummaryValue: {
      fields: {
        tag: { type: 'string', id: 1 },
        simpleValue: { type: 'float', id: 2 },
        image: { type: 'Image', id: 4 },
        tensor: { type: 'Tensor', id: 8 },
        metadata: { type: 'SummaryMetadata', id: 9 },
      },
      oneofs: { value: { oneof: ['simpleValue', 'image', 'tensor'] } },
    },
    SummaryMetadata: { fields: { pluginData: { type: 'PluginData', id: 1 } } },
    PluginData: {
      fields: { pluginName: { type: 'string', id: 1 }, content: { type: 'bytes', id: 2 } },
    },
    Image: {
      fields: {
        height: { type: 'int32', id: 1 },
        width: { type: 'int32', id: 2 },
        colorspace: { type: 'int32', id: 3 },
        encodedImageString: { type: 'bytes', id: 4 },
      },
    },
    Tensor: {
      fields: {
        dtype: { type: 'uint32', id: 1 },
        tensorShape: { type: 'TensorShape', id: 2 },
        tensorContent: { type: 'bytes', id: 4 },
        floatVal: { rule: 'repeated', type: 'float', id: 5, options: { packed: true } },
        doubleVal: { rule: 'repeated', type: 'double', id: 6, options: { packed: true } },
        stringVal: { rule: 'repeated', type: 'bytes', id: 8 },
      },
    },
    TensorShape: { fields: { dim: { rule: 'repeated', type: 'Dimension', id: 2 } } },
    Dimension: { fields: { size: { type: 'int64', id: 1 } } },
    HyperParameters: {
      fields: {
        experiment: { type: 'Experiment', id: 2 },
        sessionStartInfo: { type: 'SessionStartInfo', id: 3 },
        sessionEndInfo: { type: 'SessionEndInfo', id: 4 },
      },
    },
    Experiment: {
      fields: {
        hparamInfos: { rule: 'repeated', type: 'HyperParameterInfo', id: 4 },
        metricInfos: { rule: 'repeated', type: 'MetricInfo', id: 5 },
      },
    },
    HyperParameterInfo: { fields: { name: { type: 'string', id: 1 }, type: { type: 'uint32', id: 4 } } },
    MetricInfo: { fields: { name: { type: 'MetricName', id: 1 } } },
    MetricName: { fields: { tag: { type: 'string', id: 2 } } },
    SessionStartInfo: {
      fields: {
        // A map, which is a list of pairs.
        hparams: { rule: 'repeated', type: 'HyperParameterEntry', id: 1 },
        startTimeSecs: { type: 'double', id: 5 },
      },
    },
    SessionEndInfo: {
      fields: { status: { type: 'uint32', id: 1 }, endTimeSecs: { type: 'double', id: 2 } },
    },
    HyperParameterEntry: {
      fields: { key: { type: 'string', id: 1 }, value: { type: 'HyperParameter', id: 2 } },
    },
    HyperParameter: {
      fields: {
        numberValue: { type: 'double', id: 2 },
        stringValue: { type: 'string', id: 3 },
        boolValue: { type: 'bool', id: 4 },
      },
      oneofs: { kind: { oneof: ['numberValue', 'stringValue', 'boolValue'] } },
    },
  },
});
const eventType = protocol.lookupType('Event');
const hyperParametersType = protocol.lookupType('HyperParameters');

/** One event. Fields that the record does not have are absent. */
export interface EventMessage {
  /** Seconds since 1970. */
  readonly wallTime?: number;
  readonly step?: number;
  /** `brain.Event:2`, in the first event of a file. */
  readonly fileVersion?: string;
  readonly summary?: { readonly value?: readonly SummaryValue[] };
  readonly sessionLog?: { readonly status?: number };
}

/** The value of a tag; a scalar is a `simpleValue` or a tensor with one element. */
export interface SummaryValue {
  readonly tag?: string;
  readonly simpleValue?: number;
  readonly image?: ImageMessage;
  readonly tensor?: TensorMessage;
  readonly metadata?: {
    readonly pluginData?: { readonly pluginName?: string; readonly content?: Uint8Array };
  };
}

/** An encoded image. Color space 1 is gray, 3 RGB. The decoder reads the last field only. */
export interface ImageMessage {
  readonly height?: number;
  readonly width?: number;
  readonly colorspace?: number;
  readonly encodedImageString?: Uint8Array;
}

/** A tensor; its elements are raw, little endian, in `tensorContent`, or in the list of their type. */
export interface TensorMessage {
  readonly dtype?: number;
  readonly tensorShape?: { readonly dim?: readonly { readonly size: number }[] };
  readonly tensorContent?: Uint8Array;
  readonly floatVal?: readonly number[];
  readonly doubleVal?: readonly number[];
  readonly stringVal?: readonly Uint8Array[];
}

/** What the plugin `hparams` reads, one of these. */
export interface HyperParametersMessage {
  readonly experiment?: {
    readonly hparamInfos: readonly { readonly name: string; readonly type: number }[];
    readonly metricInfos: readonly { readonly name: { readonly tag: string } }[];
  };
  readonly sessionStartInfo?: {
    readonly hparams: readonly { readonly key: string; readonly value: HyperParameterMessage }[];
    readonly startTimeSecs: number;
  };
  readonly sessionEndInfo?: { readonly status: number; readonly endTimeSecs: number };
}

/** One of its fields. */
export interface HyperParameterMessage {
  readonly numberValue?: number;
  readonly stringValue?: string;
  readonly boolValue?: boolean;
}

/** `SessionLog.status` of a session that starts: earlier points at its step or later are void. */
export const sessionStart = 1;

/** `Tensor.dtype` of the types that scalars and texts have. */
export const tensorTypes = { float: 1, double: 2, string: 7 } as const;

/** The event as the bytes of a record's data. */
export function encodeEvent(event: EventMessage): Uint8Array {
  return eventType.encode(event).finish();
}

/** The content of the plugin `hparams`. */
export function encodeHyperParameters(message: HyperParametersMessage): Uint8Array {
  return hyperParametersType.encode(message).finish();
}
