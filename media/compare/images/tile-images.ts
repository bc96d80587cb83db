import type { Host } from '../../host.ts';
import { type Box, boxInside } from '../../images/box.ts';
import type { DecodedImage } from '../../images/image.ts';
import { LoadedImages } from '../../images/loaded-images.ts';
import { differenceImage, pixelsOf } from '../../images/pixels.ts';
import { type BoxScore, scoreOf } from './box-metrics.ts';
import type { Tile } from './tiles.ts';

/** How many differences of images stay in memory, and how many scores. */
const mostDifferences = 48;
const mostScores = 200;

/** How tiles are shown. */
export interface TileLook {
  /** What they are compared with, as people call it. */
  readonly referenceName: string;
  /** Whether that is shown in place of each. */
  readonly isFlickering: boolean;
  /** Whether their amplified difference to it is shown. */
  readonly isDifference: boolean;
  readonly gain: number;
  /** Where they are measured. */
  readonly box: Box | null;
}

/** A tile with what it shows now. */
export interface ShownTile {
  readonly tile: Tile;
  readonly image: DecodedImage | null;
  /** Why its own image cannot be shown; empty where it can. */
  readonly problem: string;
  /** What is shown in place of its own image; empty: nothing is. */
  readonly note: string;
  /** Inside the box; null where there is no HR, or it is of another size. */
  readonly score: BoxScore | null;
}

/** The scores that a tile's is ranked among: those of all results, itself with them; none where it is no result. */
export function rankedScores(of: ShownTile, among: readonly ShownTile[]): BoxScore[] {
  if (of.tile.run === null) return [];
  return among.flatMap(({ tile, score }) => (tile.run === null ? [] : (score ?? [])));
}

/** The images of tiles as they come, and what is worked out of them. Calls `changed` when there is more to show. */
export class TileImages {
  readonly #loaded: LoadedImages;
  readonly #changed: () => void;
  /** What each tile showed last, so that nothing flickers while the next is on its way. */
  readonly #last = new Map<string, DecodedImage>();
  readonly #differences = new Map<string, DecodedImage | null>();
  readonly #scores = new Map<string, BoxScore>();

  constructor(host: Pick<Host, 'request'>, changed: () => void) {
    this.#loaded = new LoadedImages(host, changed);
    this.#changed = changed;
  }

  /** Has these images loaded, and forgets all others. */
  want(paths: readonly string[]): void {
    this.#loaded.want(paths);
  }

  /** What a tile shows now. `reference` is the path of what it is compared with; null: nothing. */
  show(tile: Tile, reference: string | null, look: TileLook): ShownTile {
    const found = this.#loaded.get(tile.path);
    const isDifference = look.isDifference && tile.id !== 'lr';
    return {
      tile,
      image: this.#image(tile, reference, look.isFlickering, isDifference ? look.gain : null),
      problem: found instanceof Error ? found.message : '',
      note: reference === null ? '' : noteOf(look, isDifference),
      score: this.#score(tile, look.box),
    };
  }

  #image(
    tile: Tile,
    reference: string | null,
    isFlickering: boolean,
    gain: number | null,
  ): DecodedImage | null {
    const own = this.#loaded.image(tile.path);
    if (own) this.#last.set(tile.id, own);
    const other = this.#loaded.image(reference);
    if (isFlickering && other) return other;
    if (gain !== null && other && own) {
      return this.#difference(JSON.stringify([tile.path, reference, gain]), own, other, gain);
    }
    return own ?? (tile.path === null ? null : (this.#last.get(tile.id) ?? null));
  }

  #difference(key: string, own: DecodedImage, other: DecodedImage, gain: number): DecodedImage | null {
    if (!this.#differences.has(key)) {
      this.#differences.set(key, null);
      for (const old of this.#differences.keys()) {
        if (this.#differences.size <= mostDifferences) break;
        this.#differences.delete(old);
      }
      void differenceImage(own, other, gain).then((image) => {
        this.#differences.set(key, image);
        this.#changed();
      });
    }
    return this.#differences.get(key) ?? null;
  }

  #score(tile: Tile, box: Box | null): BoxScore | null {
    const own = this.#loaded.image(tile.path);
    const hr = this.#loaded.image(tile.hr);
    const inside = box && hr && boxInside(box, hr);
    if (!own || !hr || !inside || own.width !== hr.width || own.height !== hr.height) return null;
    const key = JSON.stringify([tile.path, tile.hr, inside]);
    const known = this.#scores.get(key);
    if (known !== undefined) return known;
    if (this.#scores.size > mostScores) this.#scores.clear();
    const score = scoreOf(pixelsOf(own, inside), pixelsOf(hr, inside));
    this.#scores.set(key, score);
    return score;
  }

  /** The image whose pixels positions count in: the largest, which is HR or a result. */
  base(tiles: readonly Tile[]): DecodedImage | null {
    const images = tiles.flatMap((tile) => this.#loaded.image(tile.path) ?? this.#last.get(tile.id) ?? []);
    return images.reduce<DecodedImage | null>(
      (largest, each) => (largest && largest.width >= each.width ? largest : each),
      null,
    );
  }
}

function noteOf({ referenceName, isFlickering, gain }: TileLook, isDifference: boolean): string {
  if (isFlickering) return referenceName;
  return isDifference ? `|Δ ${referenceName}| ×${gain}` : '';
}
