import type { LogOutputChannel, Memento, Uri } from 'vscode';
import type { ComparePanels } from './comparison/compare-panel.ts';
import type { InventoryView } from './downloads/inventory-view.ts';
import type { TrainingPatchesPanels } from './run-files/training-patches-panel.ts';
import type { FollowedRuns } from './runs/followed-runs.ts';
import type { RunList } from './runs/run-list.ts';
import type { RunPanels } from './runs/run-panel.ts';
import type { RunsTable } from './runs/runs-table-panel.ts';
import type { RunsView } from './runs/runs-view.ts';
import type { ServerLink } from './server/server-link.ts';
import type { BeforeAfterPanels } from './upscaling/before-after-panel.ts';
import type { PreviewPanels } from './upscaling/preview-panel.ts';

/** What commands use; `activate` creates it once. */
export interface Services {
  /** Folder of the extension. */
  readonly extension: Uri;
  readonly log: LogOutputChannel;
  readonly link: ServerLink;
  readonly followedRuns: FollowedRuns;
  readonly runs: RunList;
  readonly runsView: RunsView;
  readonly inventoryView: InventoryView;
  readonly panels: RunPanels;
  readonly runsTable: RunsTable;
  readonly comparePanels: ComparePanels;
  readonly beforeAfterPanels: BeforeAfterPanels;
  readonly previewPanels: PreviewPanels;
  /** Folder for reports about images. */
  readonly reports: string;
  readonly trainingPatchesPanels: TrainingPatchesPanels;
  /** State of this workspace that outlives the window. */
  readonly memento: Memento;
}

export type Command = (...args: unknown[]) => Promise<void>;
