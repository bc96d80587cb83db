import type { Image } from '../data/image.ts';
import { type Metric, pixelMetricNames, type Values } from '../metrics/metrics.ts';
import { type ProtocolName, protocols, smallestMeasurable } from '../metrics/protocols.ts';

/** A way of measuring upscaled images: a protocol of pixels, or a distance between features of a network. */
export interface Measure {
  /** Name of the protocol. Values of different protocols are not comparable. */
  readonly protocol: string;
  /** For the user. */
  readonly description: string;
  /** SHA-256 in hex over the tensors of the network; undefined for pixels. */
  readonly net?: string;
  readonly metrics: readonly Metric[];
  /** Smallest side of an image in pixels, if `crop` pixels at each side are cropped. */
  smallest(crop: number): number;
  /** Compares 8-bit images of equal shape, RGB or grey. */
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
