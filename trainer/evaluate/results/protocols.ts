/** The protocols by which PSNR and SSIM are measured: color space, rounding and border, for a person to read. */
export const protocolDescriptions = {
  'paper-y': "Y of MATLAB's rgb2ycbcr, rounded to 8 bits; border of `scale` pixels cropped",
  'basicsr-y': "Y of MATLAB's rgb2ycbcr, not rounded, as in BasicSR; border of `scale` pixels cropped",
  rgb: 'R, G and B; border of `scale` pixels cropped',
  'rgb-seed':
    'R, G and B, no border cropped, SSIM of the shrunk image, as in the training of the original program',
  seed: 'PSNR of full-range grey, SSIM of the shrunk R, G and B, no border cropped, as in the test program of the original',
} as const;

export type ProtocolName = keyof typeof protocolDescriptions;

export function isProtocolName(name: string): name is ProtocolName {
  return Object.hasOwn(protocolDescriptions, name);
}
