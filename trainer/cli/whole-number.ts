import { InvalidArgumentError } from 'commander';

/** Parses the value of an option that is a whole number above 0. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}
