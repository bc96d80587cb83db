import { quoted } from '../errors/quoted.ts';

/**
 * Networks that are not supported but recognized, with names of tensors that all must be present. The names are those of
 * public programs. The first match counts.
 */
const others: readonly { readonly name: string; readonly keys: readonly [RegExp, ...RegExp[]] }[] = [
  {
    name: 'an SRGAN generator (SRResNet): its residual blocks have batch normalization and PReLU',
    keys: [/^block\d+\.bn1\.running_mean$/, /^block\d+\.prelu\.weight$/],
  },
  {
    name: 'an SRGAN generator (SRResNet) with batch normalization',
    keys: [/^(trunk|residual|res_blocks?|body)\.\d+\.(rcb|block|conv_block)\.1\.running_mean$/],
  },
  {
    name: 'an ESRGAN+ generator, whose dense blocks have one more convolution',
    keys: [/conv1x1\.weight$/],
  },
  {
    name: 'the discriminator of the original ESRGAN program, which `discriminator.init` can name',
    keys: [/^features\.block_\d+\.conv\.weight$/, /^head\./],
  },
  { name: 'the VGG discriminator of BasicSR', keys: [/^conv0_0\.weight$/, /^linear1\.weight$/] },
  {
    name: 'the U-Net discriminator of Real-ESRGAN, which `discriminator.init` can name',
    keys: [/^conv1\.weight(_orig)?$/, /^conv9\.weight$/],
  },
  {
    name: 'a PatchGAN discriminator, which `discriminator.init` can name',
    keys: [/^model\.0\.weight_orig$/, /^model\.2\.weight_orig$/],
  },
  { name: 'the discriminator of ESRGAN', keys: [/^features\.\d+\.weight$/, /^classifier\.2\.weight$/] },
  {
    name: 'a VGG classifier, which a perceptual loss can use',
    keys: [/^features\.(0|conv1_1)\.weight$/],
  },
  {
    name: 'a transformer such as SwinIR',
    keys: [/^conv_first\.weight$/, /^layers\.0\.residual_group\.blocks\.0\./],
  },
  { name: 'an EDSR generator', keys: [/^head\.0\.weight$/, /^body\.0\.body\.0\.weight$/] },
  {
    name: 'an MSRResNet generator (SRResNet without batch normalization)',
    keys: [/^body\.0\.conv1\.weight$/],
  },
];

/** Dictionaries and modules that programs put around a network. */
const mostWrappers = 4;

/**
 * The network that has tensors of these names, with the names that identify it; undefined if it is unknown. All its names
 * may have the same prefix.
 */
export function otherArchitecture(names: Iterable<string>): string | undefined {
  const all = [...names];
  const splits = Array.from({ length: mostWrappers + 1 }, (_, wrappers) =>
    all.map((name) => splitName(name, wrappers)),
  ).flat();
  for (const { name, keys } of others) {
    const prefix = splits.find(([, rest]) => keys[0].test(rest))?.[0];
    if (prefix === undefined) continue;
    const found = keys.map((key) =>
      all.find((each) => each.startsWith(prefix) && key.test(each.slice(prefix.length))),
    );
    if (found.every((key) => key !== undefined))
      return `${name} (it has ${found.map((key) => quoted(key)).join(' and ')})`;
  }
  return undefined;
}

/** A name before and after its first `parts` parts. */
function splitName(name: string, parts: number): [prefix: string, rest: string] {
  const rest = name.split('.').slice(parts).join('.');
  return [name.slice(0, name.length - rest.length), rest];
}
