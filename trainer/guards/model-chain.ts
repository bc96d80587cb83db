import { isBetween, isList, isNullable, isObject, isString } from './guards.ts';

/** One or several models that upscale an image, each named as `esrgan upscale --model` names it. */
export interface ModelChain {
  readonly model: string;
  /** Interpolated with `model`; `alpha` is its weight, 0 to 1. Null: `model` alone. */
  readonly second: { readonly model: string; readonly alpha: number } | null;
  /** Applied to the result, one after another. */
  readonly next: readonly string[];
}

export const isModelChain = isObject<ModelChain>({
  model: isString,
  second: isNullable(isObject({ model: isString, alpha: isBetween(0, 1) })),
  next: isList(isString),
});

/** All models of a chain. */
export function modelsOf({ model, second, next }: ModelChain): readonly string[] {
  return [model, ...(second ? [second.model] : []), ...next];
}
