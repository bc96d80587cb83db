import { architectureOf } from '../models/generators.ts';
import type { GeneratorOptions } from '../models/shapes.ts';
import type { Metadata } from '../tensor-files/tensors.ts';

/** What a person says about a model, for those who use its file. */
export interface ModelDescription {
  readonly title?: string;
  readonly author?: string;
  /** An identifier of SPDX where there is one, such as CC-BY-4.0. */
  readonly license?: string;
  readonly description?: string;
  /** Separated by commas. */
  readonly tags?: string;
  /** ISO 8601, such as 2026-11-30. */
  readonly date?: string;
}

/**
 * Metadata of a file by the standard ModelSpec 1.0.1 (https://github.com/Stability-AI/ModelSpec), which model browsers read.
 * The architecture has the identifier of OpenModelDB.
 *
 * @param file metadata that the file has; what a description leaves out is taken from it
 * @param title of a file that has none
 * @returns nothing without a description, so that a conversion adds nothing
 */
export function modelSpec(
  description: ModelDescription,
  options: GeneratorOptions,
  file: Metadata,
  title: string,
): Metadata {
  const given = Object.entries(description).filter(([, text]) => text !== undefined);
  if (given.length === 0) return {};
  return {
    'modelspec.title': file['modelspec.title'] ?? title,
    ...Object.fromEntries(given.map(([key, text]) => [`modelspec.${key}`, text])),
    'modelspec.sai_model_spec': '1.0.1',
    'modelspec.architecture': architectureOf(options).openModelDb,
    // The library that most programs load these architectures with.
    'modelspec.implementation': 'https://github.com/chaiNNer-org/spandrel',
  };
}
