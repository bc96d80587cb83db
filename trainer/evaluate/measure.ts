import type { Image } from '../data/image.ts';
import { type Metric, pixelMetricNames, type Values } from '../metrics/metrics.ts';
import { type ProtocolName, protocols, smallestMeasurable } from '../metrics/protocols.ts';

/** What an evaluation measures by: a protocol of PSNR and SSIM, or a net that sees a distance. */
export interface Measure {
  /** Name of its protocol. Values of two protocols must not be compared. */
  readonly protocol: string;
  /** For a person to read. */
  readonly description: string;
  /** Of the net that it measures by, SHA-256 in hex over its tensors; undefined where there is none. */
  readonly net?: string;
  readonly metrics: readonly Metric[];
  /** Pixels that each side of an image must have, where `crop` pixels at each side may be left out. */
  smallest(crop: number): number;
  /** Compares 8-bit images of equal shape, RGB or grey. */
  measure(sr: Image, hr: Image, crop: number): Promise<Values>;
  /** Frees what it holds; it can be used again. */
  close(): Promise<void>;
}

/** PSNR and SSIM under these protocols. */
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
