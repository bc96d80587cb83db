/** The values that decide, measured on photographs: see docs/data-preparation.md. */
export const thresholds = {
  contrast: 2,
  octaves: 0.3,
  blockiness: 0.08,
  detail: 15,
  noise: 12,
  blur: 0.45,
  shift: 0.2,
  peak: 0.25,
  duplicateBits: 6,
};
