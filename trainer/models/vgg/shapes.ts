export const vggTypes = ['vgg11', 'vgg13', 'vgg16', 'vgg19'] as const;
export type VggType = (typeof vggTypes)[number];

/** Size of torchvision's files in MB. They also contain fully connected layers, which are not saved. */
export const vggDownloadMegabytes: Readonly<Record<VggType, number>> = {
  vgg11: 531,
  vgg13: 532,
  vgg16: 553,
  vgg19: 575,
};

/** Convolutions in each of the five blocks (Simonyan and Zisserman 2015, https://arxiv.org/abs/1409.1556, table 1). */
const convolutionsInBlock: Readonly<Record<VggType, readonly number[]>> = {
  vgg11: [1, 1, 2, 2, 2],
  vgg13: [2, 2, 2, 2, 2],
  vgg16: [2, 2, 3, 3, 3],
  vgg19: [2, 2, 4, 4, 4],
};

/** Output channels of the blocks. */
const widths = [64, 128, 256, 512, 512];

/** A 3x3 convolution with a bias. */
export interface VggConvolution {
  /** Such as `conv5_4`: block 5, convolution 4. */
  readonly layer: string;
  /** torchvision's name, such as `features.34`. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Whether a 2x2 max pooling comes before it. */
  readonly isPooled: boolean;
}

/**
 * The convolutions of a network in order, up to the deepest of `layers`; by default all.
 *
 * @param layers names such as `conv5_4`
 */
export function vggConvolutions(type: VggType, layers?: readonly string[]): VggConvolution[] {
  const list: VggConvolution[] = [];
  let index = 0;
  let inputs = 3;
  for (const [block, count] of convolutionsInBlock[type].entries()) {
    for (let convolution = 1; convolution <= count; convolution++) {
      const layer = `conv${block + 1}_${convolution}`;
      const outputs = widths[block]!;
      const isPooled = block > 0 && convolution === 1;
      list.push({ layer, name: `features.${index}`, inputs, outputs, isPooled });
      // A convolution is followed by its activation.
      index += 2;
      inputs = outputs;
    }
    index += 1;
  }
  if (!layers) return list;
  return list.slice(0, list.findLastIndex(({ layer }) => layers.includes(layer)) + 1);
}

/** The last layer of the block that a layer such as `conv5_4` belongs to. */
export function lastLayerInBlock(type: VggType, layer: string): string | undefined {
  const block = layer.split('_')[0];
  return vggConvolutions(type).findLast((each) => each.layer.startsWith(`${block}_`))?.layer;
}

/** Shapes of the parameters in files: filters `[O, I, 3, 3]` and biases `[O]`. */
export function vggParameters(convolutions: readonly VggConvolution[]): Map<string, readonly number[]> {
  return new Map(
    convolutions.flatMap(({ name, inputs, outputs }): [string, readonly number[]][] => [
      [`${name}.weight`, [outputs, inputs, 3, 3]],
      [`${name}.bias`, [outputs]],
    ]),
  );
}
