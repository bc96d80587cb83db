/** Side of the Gaussian window of MS-SSIM. */
export const msSsimWindow = 11;

/** Smallest side of a patch in pixels at which the window fits into the coarsest of `scales` scales. */
export function smallestMsSsimPatch(scales: number): number {
  return msSsimWindow * 2 ** (scales - 1);
}
