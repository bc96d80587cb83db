import type { LogOutputChannel, Memento, Uri } from 'vscode';
import type { BeforeAfterPanels } from './before-after-panel.ts';
import type { ComparePanels } from './compare-panel.ts';
import type { Follows } from './follows.ts';
import type { InventoryView } from './inventory-view.ts';
import type { RunList } from './run-list.ts';
import type { RunPanels } from './run-panel.ts';
import type { RunsView } from './runs-view.ts';
import type { ServerLink } from './server-link.ts';

/** Everything that commands work with; made once, by `activate`. */
export interface Workbench {
  /** Folder of the extension. */
  readonly extension: Uri;
  readonly log: LogOutputChannel;
  readonly link: ServerLink;
  readonly follows: Follows;
  readonly runs: RunList;
  readonly runsView: RunsView;
  readonly inventoryView: InventoryView;
  readonly panels: RunPanels;
  readonly comparePanels: ComparePanels;
  readonly beforeAfterPanels: BeforeAfterPanels;
  /** What is remembered of this workspace. */
  readonly memento: Memento;
}

/** What a command does with what it was called for. */
export type Command = (...args: unknown[]) => Promise<void>;
