import type { CommandTarget } from '../server/protocol/commands.ts';

/** A line of a tree view, as plain data; `TreeView`s show it and tests read it. */
export interface TreeNode {
  /** Unique in its tree and the same for the same thing, so that a tree stays open as it was. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** Markdown. */
  readonly tooltip?: string;
  /** A codicon. */
  readonly icon?: string;
  /** A contributed colour. */
  readonly colour?: string;
  /** Words that the menus of the manifest look for. */
  readonly context?: string;
  /** What a screen reader says. */
  readonly spoken: string;
  /** The file that a click opens. */
  readonly file?: string;
  /** The run that it stands for: commands and dragging take it. */
  readonly target?: CommandTarget;
  /** `later`: there are some, and whoever shows the tree has to get them. */
  readonly children: readonly TreeNode[] | 'later' | 'none';
}
