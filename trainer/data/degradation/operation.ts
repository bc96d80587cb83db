import type { Operation } from '../../config/resolved.ts';
import type { FloatImage } from '../image.ts';
import type { Random } from '../random.ts';

/** What an operation may use besides its image. */
export interface Context {
  /** Of this operation alone, so that turning off another one changes nothing here. */
  readonly random: Random;
  /** The size that the last image must have. */
  readonly lr: { readonly width: number; readonly height: number };
}

/** The parameters that were drawn, such as `{ sigma: 1.2 }`; strings are words of the run file. */
export type Drawn = Readonly<Record<string, number | string>>;

/** A change that a patch got. */
export interface Applied {
  /** Index in the list of operations; null for the augmentation. */
  readonly index: number | null;
  readonly op: Operation['op'] | 'flip' | 'transpose' | 'rotate' | 'dropout' | 'compression';
  readonly drawn: Drawn;
}

/** The result of an operation. */
export interface Step {
  readonly image: FloatImage;
  readonly drawn: Drawn;
}
