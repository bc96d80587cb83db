import { createHash } from 'node:crypto';
import type { Image } from '../data/image.ts';
import type { HostTensors } from '../engine/engine.ts';
import { type Metric, pixelMetricNames, type Values } from '../metrics/metrics.ts';
import { type ProtocolName, protocols, smallestMeasurable } from '../metrics/protocols.ts';

/** A way of measuring upscaled images: a protocol of pixels, a perceptual metric, or a distance between features of VGG. */
export interface Measure {
  /** Name of the protocol. Values of different protocols are not comparable. */
  readonly protocol: string;
  /** For the user. */
  readonly description: string;
  /** SHA-256 in hex over the tensors that it needs; undefined for pixels. */
  readonly net?: string;
  readonly metrics: readonly Metric[];
  /** Smallest side of an image in pixels, if `crop` pixels at each side are cropped. */
  smallest(crop: number): number;
  /** Compares 8-bit images of equal shape, RGB or grey. A metric that is not defined for them is missing. */
  measure(sr: Image, hr: Image, crop: number): Promise<Values>;
  /** Frees programs and engine; the next measurement opens them again. */
  close(): Promise<void>;
}

/** Measures of pixels under these protocols. */
export function pixelMeasures(names: readonly ProtocolName[]): Measure[] {
  return names.map((name) => ({
    protocol: name,
    description: protocols[name].description,
    metrics: pixelMetricNames,
    smallest: smallestMeasurable,
    measure: async (sr, hr, crop) => protocols[name].measure(sr, hr, crop),
    close: async () => {},
  }));
}

/** SHA-256 in hex over names, shapes and values, which does not depend on the file format. */
export function fingerprint(parameters: HostTensors): string {
  const hash = createHash('sha256');
  for (const [name, { shape, data }] of parameters) hash.update(`${name} ${shape}\n`).update(data);
  return hash.digest('hex');
}

/** The description of a measure for the user, with the start of the fingerprint of its tensors. */
export function describeMeasure(description: string, net: string): string {
  return `${description}; weights ${net.slice(0, 8)}; lower is better`;
}
