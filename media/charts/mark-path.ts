import type { CurveMark } from './curve-view.ts';

const starPoints = 5;

/** The SVG path of a mark at a position; empty if the position is not finite. */
export function markPath({ shape }: Pick<CurveMark, 'shape'>, x: number, y: number, scale: number): string {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return '';
  if (shape === 'dot') {
    const radius = 3 * scale;
    const half = `a${radius} ${radius} 0 1 0`;
    return `M${x - radius} ${y}${half} ${2 * radius} 0${half} ${-2 * radius} 0Z`;
  }
  const corners = Array.from({ length: 2 * starPoints }, (_, i) => {
    const radius = (i % 2 === 0 ? 6 : 2.6) * scale;
    const angle = (i * Math.PI) / starPoints - Math.PI / 2;
    return `${x + radius * Math.cos(angle)} ${y + radius * Math.sin(angle)}`;
  });
  return `M${corners.join('L')}Z`;
}
