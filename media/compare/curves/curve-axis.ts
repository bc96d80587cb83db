import type { CurveScale } from '../../../server/protocol/comparison.ts';
import type { DerivedAxis } from '../../charts/curve-view.ts';
import type { PointSeries } from '../../plot/point-series.ts';

export type StepUnit = 'epochs' | 'images';

/**
 * Converts global steps to epochs or images, which also continue from stage to stage. Null if the images or epochs per
 * step of a stage are unknown.
 */
export function stepConverter({ stages }: CurveScale, unit: StepUnit): ((step: number) => number) | null {
  const sorted = stages.toSorted((a, b) => a.firstStep - b.firstStep);
  const parts: { from: number; at: number; perStep: number }[] = [];
  for (const { firstStep, imagesPerStep, stepsPerEpoch } of sorted) {
    const perStep = unit === 'images' ? imagesPerStep : stepsPerEpoch === null ? null : 1 / stepsPerEpoch;
    if (perStep === null || !(perStep > 0) || !Number.isFinite(perStep)) return null;
    const before = parts.at(-1);
    const at = before ? before.at + (firstStep - before.from) * before.perStep : 0;
    parts.push({ from: firstStep, at, perStep });
  }
  if (parts.length === 0) return null;
  return (step) => {
    const { from, at, perStep } = parts.findLast((part) => part.from <= step) ?? parts[0]!;
    return at + (step - from) * perStep;
  };
}

/** The axis of converted steps. `convert` must be increasing. */
export function derivedAxis(convert: (step: number) => number): DerivedAxis {
  const known = new WeakMap<PointSeries, { places: Float64Array; length: number; order: number }>();
  return {
    of(points) {
      let own = known.get(points);
      if (!own || own.order !== points.order || own.length > points.length) {
        own = { places: new Float64Array(points.steps.length), length: 0, order: points.order };
        known.set(points, own);
      }
      if (own.places.length < points.length) {
        const grown = new Float64Array(points.steps.length);
        grown.set(own.places.subarray(0, own.length));
        own.places = grown;
      }
      for (; own.length < points.length; own.length++) {
        own.places[own.length] = convert(points.steps[own.length]!);
      }
      return own.places;
    },
  };
}
