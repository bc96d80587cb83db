import protobuf from 'protobufjs/light.js';

/**
 * The part of TensorFlow's `event.proto`, `summary.proto` and `tensor.proto` that carries scalars.
 * Fields that are not listed (graphs, histograms, images, audio) are skipped by the decoder.
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
        tensor: { type: 'Tensor', id: 8 },
        metadata: { type: 'SummaryMetadata', id: 9 },
      },
      oneofs: { value: { oneof: ['simpleValue', 'tensor'] } },
    },
    SummaryMetadata: { fields: { pluginData: { type: 'PluginData', id: 1 } } },
    PluginData: { fields: { pluginName: { type: 'string', id: 1 } } },
    Tensor: {
      fields: {
        dtype: { type: 'uint32', id: 1 },
        tensorContent: { type: 'bytes', id: 4 },
        floatVal: { rule: 'repeated', type: 'float', id: 5, options: { packed: true } },
        doubleVal: { rule: 'repeated', type: 'double', id: 6, options: { packed: true } },
      },
    },
  },
});
const eventType = protocol.lookupType('Event');

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
  readonly tensor?: TensorMessage;
  readonly metadata?: { readonly pluginData?: { readonly pluginName?: string } };
}

/** A tensor; its elements are raw, little endian, in `tensorContent`, or in the list of their type. */
export interface TensorMessage {
  readonly dtype?: number;
  readonly tensorContent?: Uint8Array;
  readonly floatVal?: readonly number[];
  readonly doubleVal?: readonly number[];
}

/** `SessionLog.status` of a session that starts: earlier points at its step or later are void. */
export const sessionStart = 1;

/** `Tensor.dtype` of the types a scalar may have. */
export const tensorTypes = { float: 1, double: 2 } as const;

/** The event as the bytes of a record's data. */
export function encodeEvent(event: EventMessage): Uint8Array {
  return eventType.encode(event).finish();
}
