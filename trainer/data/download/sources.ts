/** An archive with a part of a dataset. */
export interface Archive {
  /** Its file name, also on a mirror. */
  readonly file: string;
  /** Absent if its authors publish no permanent URL. */
  readonly url?: string;
  readonly bytes?: number;
  /** In hex; absent if none is published. */
  readonly sha256?: string;
  /** The folders to extract, below the data folder. */
  readonly folders: readonly string[];
}

/** The datasets of `esrgan data download`. */
export const datasetNames = ['div2k', 'bsds500', 'set5', 'set14'] as const;
export type DatasetName = (typeof datasetNames)[number];

/** Why a dataset cannot be downloaded and what to do, for those without a permanent URL. */
export const withoutUrl =
  'they publish no permanent URL. Download the archive in the layout of BasicSR ' +
  '(https://github.com/XPixelGroup/BasicSR/blob/master/docs/DatasetPreparation.md links to one), with the folders ' +
  'GTmod12 and LRbicx2 to LRbicx4, and give its folder, or the URL of a mirror, with --mirror';

const div2k = 'https://data.vision.ee.ethz.ch/cvl/DIV2K';

/**
 * Sizes and SHA-256 of DIV2K's archives, from TensorFlow Datasets (datasets/div2k/checksums.tsv); its authors publish
 * none.
 */
const div2kArchives = {
  train_HR: [3530603713, '9d0b9c463f6e35b6c62cc6a930ee2224f670b34c1df841a57670f9acf0f6c335'],
  valid_HR: [448993893, '20dd31fd84d777bc1cf5d6b7654a3f569c0aec74458ae094122ad1d0489900fc'],
  train_LR_bicubic_X2: [925390592, 'a53a424317575838dadce4bcd97cf7b744d6855f43740ed5f0245af3cf4bd850'],
  valid_LR_bicubic_X2: [117763600, '60eed9875c697df51204aa579e2a699e1d5215095788a097ff54dd17e2664d57'],
  train_LR_bicubic_X4: [246914039, 'f006b837f4eb52b82909aa01478e6d6d199eefce932179491d0c9dbb706dde3a'],
  valid_LR_bicubic_X4: [31505881, 'a50a5d1c4b88de4e8d300d8fb2b904c52fe93b2b298a4899697760d7cbb6d553'],
} as const;

/**
 * The archives of a dataset. DIV2K has LR images of scales 2 and 4; for other scales the loader makes them from HR.
 */
export function archivesOf(name: DatasetName, scale: number): Archive[] {
  switch (name) {
    case 'div2k':
      return [
        div2kArchive('train_HR', 'DIV2K_train_HR'),
        div2kArchive('valid_HR', 'DIV2K_valid_HR'),
        ...(scale === 2 || scale === 4
          ? [
              div2kArchive(`train_LR_bicubic_X${scale}`, `DIV2K_train_LR_bicubic/X${scale}`),
              div2kArchive(`valid_LR_bicubic_X${scale}`, `DIV2K_valid_LR_bicubic/X${scale}`),
            ]
          : []),
      ];
    case 'bsds500':
      return [
        {
          file: 'BSR_bsds500.tgz',
          url: 'https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/BSR/BSR_bsds500.tgz',
          folders: ['BSR/BSDS500/data/images'],
        },
      ];
    case 'set5':
      return [benchmark('Set5')];
    case 'set14':
      return [benchmark('Set14')];
  }
}

function div2kArchive(part: keyof typeof div2kArchives, folder: string): Archive {
  const [bytes, sha256] = div2kArchives[part];
  const file = `DIV2K_${part}.zip`;
  return { file, url: `${div2k}/${file}`, bytes, sha256, folders: [folder] };
}

function benchmark(name: string): Archive {
  const folders = ['GTmod12', 'LRbicx2', 'LRbicx3', 'LRbicx4'].map((folder) => `${name}/${folder}`);
  return { file: `${name}.zip`, folders };
}
