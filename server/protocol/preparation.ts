/** Work on the images of a data set, as `esrgan data` does it. Paths are absolute; `report` is the page to write. */
export type PreparationTask =
  /** Of a data set of a run file, with its pairs; or of a folder or glob. */
  | {
      readonly work: 'check';
      readonly images: string;
      readonly dataset: string | null;
      readonly report: string;
    }
  | { readonly work: 'select'; readonly images: string; readonly out: string; readonly report: string }
  /** `size` and `step` in pixels. */
  | {
      readonly work: 'tiles';
      readonly images: string;
      readonly out: string;
      readonly size: number;
      readonly step: number;
      readonly report: string;
    }
  | {
      readonly work: 'downscale';
      readonly images: string;
      readonly out: string;
      readonly scale: number;
      readonly report: string;
    };

/** The requests about preparing images. */
export interface PreparationRequests {
  /** Starts a job. Afterwards the server checks open run files again. */
  'esrgan/prepare': { params: PreparationTask; result: { job: string } };
}
