import type { Rect } from '../../../trainer/guards/rect.ts';
import type { Host } from '../../host.ts';
import { boxInside } from '../../images/box.ts';
import type { DecodedImage } from '../../images/image.ts';
import { LoadedImages } from '../../images/loaded-images.ts';
import { differenceImage, pixelsOf } from '../../images/pixels.ts';
import { type BoxScore, measureBox } from './box-metrics.ts';
import type { Tile } from './tiles.ts';

/** Sizes of the caches. */
const maximumDifferences = 48;
const maximumScores = 200;

export interface TileOptions {
  /** `HR` or `baseline`. */
  readonly referenceName: string;
  /** Whether the reference is shown in place of each image. */
  readonly isFlickering: boolean;
  /** Whether the amplified difference to the reference is shown. */
  readonly isDifference: boolean;
  readonly gain: number;
  /** The part that is measured. */
  readonly box: Rect | null;
}

/** A tile and what it currently shows. */
export interface ShownTile {
  readonly tile: Tile;
  readonly image: DecodedImage | null;
  /** Why the image cannot be shown; else empty. */
  readonly problem: string;
  /** Names what is shown in place of the image; else empty. */
  readonly note: string;
  /** Against HR inside the box; null without a box or an HR image of the same size. */
  readonly score: BoxScore | null;
}

/** Scores to rank a tile against, including its own: those of all results. Empty for LR, bicubic and HR. */
export function rankedScores(ranked: ShownTile, tiles: readonly ShownTile[]): BoxScore[] {
  if (ranked.tile.run === null) return [];
  return tiles.flatMap(({ tile, score }) => (tile.run === null ? [] : (score ?? [])));
}

/** Loads the images of tiles; computes differences and scores. Calls `changed` when there is more to show. */
export class TileImages {
  readonly #loaded: LoadedImages;
  readonly #changed: () => void;
  /** The last image of each tile, shown while the next one loads, to avoid flicker. */
  readonly #last = new Map<string, DecodedImage>();
  readonly #differences = new Map<string, DecodedImage | null>();
  readonly #scores = new Map<string, BoxScore>();

  constructor(host: Pick<Host, 'request'>, changed: () => void) {
    this.#loaded = new LoadedImages(host, changed);
    this.#changed = changed;
  }

  /** Loads these images, and drops all others. */
  setPaths(paths: readonly string[]): void {
    this.#loaded.setPaths(paths);
  }

  /** @param reference path of the reference image, or null */
  show(tile: Tile, reference: string | null, options: TileOptions): ShownTile {
    const found = this.#loaded.get(tile.path);
    const isDifference = options.isDifference && tile.id !== 'lr';
    return {
      tile,
      image: this.#image(tile, reference, options.isFlickering, isDifference ? options.gain : null),
      problem: found instanceof Error ? found.message : '',
      note: reference === null ? '' : noteOf(options, isDifference),
      score: this.#score(tile, options.box),
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
        if (this.#differences.size <= maximumDifferences) break;
        this.#differences.delete(old);
      }
      void differenceImage(own, other, gain).then((image) => {
        this.#differences.set(key, image);
        this.#changed();
      });
    }
    return this.#differences.get(key) ?? null;
  }

  #score(tile: Tile, box: Rect | null): BoxScore | null {
    const own = this.#loaded.image(tile.path);
    const hr = this.#loaded.image(tile.hr);
    const inside = box && hr && boxInside(box, hr);
    if (!own || !hr || !inside || own.width !== hr.width || own.height !== hr.height) return null;
    const key = JSON.stringify([tile.path, tile.hr, inside]);
    const known = this.#scores.get(key);
    if (known !== undefined) return known;
    if (this.#scores.size > maximumScores) this.#scores.clear();
    const score = measureBox(pixelsOf(own, inside), pixelsOf(hr, inside));
    this.#scores.set(key, score);
    return score;
  }

  /** The image that views and boxes refer to: the largest, which is HR or a result. */
  base(tiles: readonly Tile[]): DecodedImage | null {
    const images = tiles.flatMap((tile) => this.#loaded.image(tile.path) ?? this.#last.get(tile.id) ?? []);
    return images.reduce<DecodedImage | null>(
      (largest, each) => (largest && largest.width >= each.width ? largest : each),
      null,
    );
  }
}

function noteOf({ referenceName, isFlickering, gain }: TileOptions, isDifference: boolean): string {
  if (isFlickering) return referenceName;
  return isDifference ? `|Δ ${referenceName}| ×${gain}` : '';
}
