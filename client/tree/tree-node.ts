import type { CommandTarget } from '../../server/protocol/commands.ts';

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
  /** A contributed color. */
  readonly color?: string;
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

/** The line of a list that could not be had: where it would be, and not in a message over everything else. */
export function failureNode(error: unknown): TreeNode {
  const message = error instanceof Error ? error.message : String(error);
  return {
    id: 'failure',
    label: message.split('\n', 1)[0] ?? '',
    tooltip: message.replaceAll('`', ''),
    icon: 'error',
    spoken: `Not known: ${message}`,
    children: 'none',
  };
}
