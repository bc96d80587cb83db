/** Parameters that an operation of the degradation or the augmentation drew for a patch. */
type Drawn = Readonly<Record<string, number | string>>;

/**
 * What was done to a patch, in a few words: `blur: aniso, 13 px, sigma 1.2 x 0.6, 34°`.
 *
 * @param lr size of the LR patch: it is cut out of a larger one
 */
export function describeApplied(
  { op, drawn }: { readonly op: string; readonly drawn: Drawn },
  lr: { readonly width: number; readonly height: number },
): string {
  const parts = Object.entries(drawn).flatMap(([key, value]) => describeParameter(key, value, drawn));
  const isLarger = op === 'downscale' && (Number(drawn.width) > lr.width || Number(drawn.height) > lr.height);
  const text = parts.length > 0 ? `${op}: ${parts.join(', ')}` : op;
  return isLarger ? `${text} with surroundings` : text;
}

function describeParameter(key: string, value: number | string, drawn: Drawn): string | string[] {
  if (typeof value === 'string') return key === 'direction' && value === 'both' ? 'both directions' : value;
  switch (key) {
    case 'size':
      return `${value} px`;
    case 'sigma_x':
      return `sigma ${rounded(value)} x ${rounded(Number(drawn.sigma_y))}`;
    case 'sigma_y':
    case 'height':
      // With the parameter before.
      return [];
    case 'width':
      return `to ${value}x${drawn.height}`;
    case 'angle':
      return `${Math.round((value * 180) / Math.PI)}°`;
    case 'factor':
      return `x${rounded(value)}`;
    case 'holes':
      return `${value} holes`;
    default:
      return `${key} ${rounded(value)}`;
  }
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
