/**
 * What the authors of the original program published (the image metrics_comparison_final.png of its README), and
 * what it really is. Its table calls the values results on Set5 and Set14; they are those of the one best image of
 * each set, the "max" of its test program: the images of single images in the same README show the very same PSNR
 * for "bird" of Set5 and "monarch" of Set14. So they compare with the maximum under the protocol `seed`, and with no
 * mean of any paper. Some of the SSIM are raised further by the shrinking of large images in that protocol.
 */
export interface PublishedResult {
  /** Patches of pretraining and training, blocks and training data, as its table calls the run. */
  readonly title: string;
  /** The run file in examples/seed-runs. */
  readonly run: string;
  /** PSNR in dB and SSIM of the best image. */
  readonly set5: PublishedScore;
  readonly set14: PublishedScore;
}

interface PublishedScore {
  readonly psnr: number;
  readonly ssim: number;
}

export const publishedResults: readonly PublishedResult[] = [
  {
    title: '128/128/23 DIV2K',
    run: '128_cr_23_rrdb_div2k',
    set5: { psnr: 32.47, ssim: 0.9335 },
    set14: { psnr: 31.01, ssim: 0.9749 },
  },
  {
    title: '192/192/23 DIV2K',
    run: '192_cr_23_rrdb_div2k',
    set5: { psnr: 32.3, ssim: 0.9329 },
    set14: { psnr: 31.2, ssim: 0.9746 },
  },
  {
    title: '192/128/23 DIV2K+BSDS500',
    run: 'p192_t128_cr_23_rrdb_div2k+bsds500',
    set5: { psnr: 31.93, ssim: 0.9266 },
    set14: { psnr: 30.57, ssim: 0.9717 },
  },
  {
    title: '192/128/16 DIV2K+BSDS500',
    run: 'p192_t128_cr_16_rrdb_div2k+bsds500',
    set5: { psnr: 32.01, ssim: 0.9274 },
    set14: { psnr: 30.75, ssim: 0.973 },
  },
];

/**
 * The last row of the same table, "ESRGAN (Original)". It is no ESRGAN but the paper's PSNR-driven net, trained on
 * DF2K; and its values are means over the sets, of studio-range Y: the protocol `paper-y`. It belongs into no table
 * with the others.
 */
export const publishedBenchmark = {
  title: 'ESRGAN (Original)',
  set5: { psnr: 32.73, ssim: 0.9011 },
  set14: { psnr: 28.99, ssim: 0.7917 },
} as const;
