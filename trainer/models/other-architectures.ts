import { quoted } from '../errors/quoted.ts';

/**
 * Nets that people take for an ESRGAN generator, each with names of tensors that all have to be there. Names are of
 * public programs; the first that fits is taken.
 */
const others: readonly { readonly name: string; readonly keys: readonly RegExp[] }[] = [
  {
    name: 'an SRGAN generator (SRResNet): its residual blocks have batch normalization and PReLU',
    keys: [/^block\d+\.bn1\.running_mean$/, /^block\d+\.prelu\.weight$/],
  },
  {
    name: 'an SRGAN generator (SRResNet) with batch normalization',
    keys: [/^(trunk|residual|res_blocks?|body)\.\d+\.(rcb|block|conv_block)\.1\.running_mean$/],
  },
  {
    name: 'an ESRGAN+ generator: its dense blocks have one more convolution, without which its results differ',
    keys: [/conv1x1\.weight$/],
  },
  {
    name: 'a compact net of Real-ESRGAN (SRVGGNetCompact), a plain chain of convolutions',
    keys: [/^body\.0\.weight$/, /^body\.1\.weight$/, /^body\.2\.weight$/],
  },
  {
    name: 'the discriminator of the original ESRGAN program',
    keys: [/^features\.block_\d+\.conv\.weight$/, /^head\./],
  },
  { name: 'the VGG discriminator of BasicSR', keys: [/^conv0_0\.weight$/, /^linear1\.weight$/] },
  { name: 'the U-Net discriminator of Real-ESRGAN', keys: [/^conv1\.weight(_orig)?$/, /^conv9\.weight$/] },
  { name: 'the discriminator of ESRGAN', keys: [/^features\.\d+\.weight$/, /^classifier\.2\.weight$/] },
  {
    name: 'a VGG classifier, which a perceptual loss can use',
    keys: [/^features\.(0|conv1_1)\.weight$/],
  },
  {
    name: 'a transformer of the family of SwinIR',
    keys: [/^conv_first\.weight$/, /^layers\.0\.residual_group\.blocks\.0\./],
  },
  { name: 'an EDSR generator', keys: [/^head\.0\.weight$/, /^body\.0\.body\.0\.weight$/] },
  {
    name: 'an MSRResNet generator (SRResNet without batch normalization)',
    keys: [/^body\.0\.conv1\.weight$/],
  },
];

/** What a net with tensors of these names is, with the names that give it away; undefined where nobody knows. */
export function otherArchitecture(names: Iterable<string>): string | undefined {
  const all = [...names];
  for (const { name, keys } of others) {
    const found = keys.map((key) => all.find((each) => key.test(each)));
    if (found.every((key) => key !== undefined))
      return `${name} (it has ${found.map((key) => quoted(key)).join(' and ')})`;
  }
  return undefined;
}
