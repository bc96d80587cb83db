/** A source of random numbers for initial weights. */
export interface UniformRandom {
  /** Uniform in [0, 1). */
  next(): number;
}
