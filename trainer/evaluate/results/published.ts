/**
 * Results that the authors of the original program published (the image metrics_comparison_final.png in its README). The
 * table calls them results on Set5 and Set14, but they are those of the best image of each set, the "max" of its test
 * program: other images in the README show the same PSNR for "bird" of Set5 and "monarch" of Set14. They are comparable
 * to the maximum under the protocol `seed`, not to the means of papers. That protocol downscales large images, which
 * raises some of the SSIM.
 */
interface PublishedResult {
  /** As in the published table: patch sizes of pretraining and training, blocks, training data. */
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
 * The last row of the same table, "ESRGAN (Original)". It is the paper's PSNR-oriented model, trained on DF2K, and its
 * values are means under the protocol `paper-y`. They are not comparable to the other rows.
 */
export const publishedBenchmark = {
  title: 'ESRGAN (Original)',
  set5: { psnr: 32.73, ssim: 0.9011 },
  set14: { psnr: 28.99, ssim: 0.7917 },
} as const;
