import type { ModelChain } from '../guards/model-chain.ts';
import { chainUpscalers } from '../upscale/chain.ts';
import { selfEnsemble } from '../upscale/self-ensemble.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import type { OnProblem } from './open-model.ts';

/**
 * Opens a model on the engine of `--engine`; `scale` is for bicubic only, `second` is a model to interpolate with, with the
 * weight `alpha`.
 */
export type OpenModel = (
  name: string,
  options: {
    engine: string;
    scale?: number;
    second?: { readonly model: string; readonly alpha: number };
    onProblem?: OnProblem;
  },
) => Promise<Upscaler>;

/**
 * Opens models as one upscaler; if one fails, the others are closed.
 *
 * @param tta test-time augmentation of each
 */
export async function openChain(
  openModel: OpenModel,
  { model, second, next }: ModelChain,
  options: Omit<Parameters<OpenModel>[1], 'second'> & { readonly tta: boolean },
): Promise<Upscaler> {
  const { tta, scale, ...others } = options;
  const opened: Upscaler[] = [];
  const open = async (name: string, interpolated: ModelChain['second']): Promise<Upscaler> => {
    const upscaler = await openModel(name, {
      ...others,
      ...(scale === undefined || name !== 'bicubic' ? {} : { scale }),
      ...(interpolated && { second: interpolated }),
    });
    opened.push(upscaler);
    return tta ? selfEnsemble(upscaler) : upscaler;
  };
  try {
    const first = await open(model, second);
    const others: Upscaler[] = [];
    for (const name of next) others.push(await open(name, null));
    return chainUpscalers([first, ...others]);
  } catch (error) {
    for (const upscaler of opened) await upscaler.close();
    throw error;
  }
}
