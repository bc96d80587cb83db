import { expect, test } from 'vitest';
import { rankedScores, type ShownTile } from '../../../../../media/compare/images/tile-images.ts';

function shown(run: string | null, psnr: number | null): ShownTile {
  const score = psnr === null ? null : { rgb: { psnr, ssim: null }, y: { psnr, ssim: null } };
  const tile = { id: `${run}${psnr}`, label: '', detail: '', color: null, run, path: null, hr: null };
  return { tile, image: null, problem: '', note: '', score };
}

const bicubic = shown(null, 99);
const tiles = [bicubic, shown('/a', 20), shown('/b', 21), shown('/c', null)];

test.each([
  { what: 'a result is ranked among all results that are measured', of: tiles[1]!, psnr: [20, 21] },
  { what: 'what no model made is not ranked', of: bicubic, psnr: [] },
])('$what', ({ of, psnr }) => expect(rankedScores(of, tiles).map(({ rgb }) => rgb.psnr)).toEqual(psnr));
