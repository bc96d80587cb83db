/**
 * A value that follows from that of the step before, as a function of the step, from 1. Consecutive steps cost one
 * call; the result depends on nothing but the step.
 */
export function cumulative(
  initial: number,
  next: (before: number, step: number) => number,
): (step: number) => number {
  let last = { step: 0, value: initial };
  return (step) => {
    let { step: done, value } = last.step <= step ? last : { step: 0, value: initial };
    while (done < step) value = next(value, ++done);
    last = { step, value };
    return value;
  };
}
