import type { RunConfig } from '../../schemas/run-config.ts';

/** The key `init` of a stage: a file of weights, or one with the way to read it. */
type Init = RunConfig['training']['init'];

/** The file, or `last` or `best` in the training stage. */
export function initFile(init: Init): string {
  return typeof init === 'string' ? init : init.from;
}

/** Whether every tensor must fit. */
export function isStrictInit(init: Init): boolean {
  return typeof init === 'string' || init.strict;
}

/** The key with another file. */
export function withInitFile(init: Init, file: string): Init {
  return typeof init === 'string' ? file : { ...init, from: file };
}
