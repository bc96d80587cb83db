import type { PublishedModelsReport } from '../../trainer/cli-output/reports.ts';

/** A data set or a file of weights that run files can name. */
export interface InventoryItem {
  readonly kind: 'data' | 'weights';
  readonly name: string;
  readonly present: boolean;
  /** The contents (`200 / 100 / 200 images`), or the size of the download (`3.9 GB`). */
  readonly description: string;
  /** Where it is, or would be after the download. */
  readonly path: string;
  /** Whether it has a download address; otherwise it can only be unpacked from archives that the person has. */
  readonly canGet: boolean;
  /** Scale factor of the LR images of a data set that most run files of the folder have; null for weights. */
  readonly scale: number | null;
}

/** Images that the workspace itself has: a data set of a run file, or a test set of comparisons. */
export interface OwnImages {
  readonly kind: 'dataset' | 'testSet';
  readonly name: string;
  /** The number of HR images, for training and validation apart, and their size: `200 to train, 20 to validate · 45 MB`. */
  readonly description: string;
  /** Folders or globs. */
  readonly paths: readonly string[];
  /** A run file that has the data set; null for a test set. */
  readonly runFile: string | null;
}

export interface InventoryReport {
  readonly items: readonly InventoryItem[];
  readonly own: readonly OwnImages[];
}

/** An item of the inventory to download, or to unpack from archives; or a published model, whose path is a folder. */
export interface DownloadTarget extends Pick<InventoryItem, 'name' | 'path' | 'scale'> {
  readonly kind: InventoryItem['kind'] | 'models';
  /** Folder with the archives of a data set, or the mirror of models; null: download them from their authors. */
  readonly archives: string | null;
}

/** The requests about data sets, weights and published models. */
export interface DownloadRequests {
  /** The data sets and weights that run files in this workspace folder can name, in the data folder of `file` or of most. */
  'esrgan/inventory': { params: { folder: string; file?: string }; result: InventoryReport };
  /** The models of OpenModelDB, or of a mirror, that can be downloaded and used. */
  'esrgan/publishedModels': { params: { mirror: string | null }; result: PublishedModelsReport };
  /**
   * Starts a job that brings an item to its `path`. An interrupted download continues where it stopped. Afterwards the
   * server checks open run files again.
   */
  'esrgan/download': { params: DownloadTarget; result: { job: string } };
}
