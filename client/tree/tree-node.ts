import { l10n } from 'vscode';
import type { CommandTarget } from '../../server/protocol/commands.ts';
import { messageOf } from '../../trainer/errors/errors.ts';
import { plainText } from '../../trainer/format/markup.ts';

/** An item of a tree view, as plain data that tests can compare. */
export interface TreeNode {
  /** Unique in its tree and stable, so that expanded items stay expanded. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** Markdown. */
  readonly tooltip?: string;
  /** A codicon. */
  readonly icon?: string;
  /** A contributed color. */
  readonly color?: string;
  /** The `viewItem` of the manifest's menus: words separated by spaces. */
  readonly context?: string;
  /** The label for screen readers. */
  readonly spoken: string;
  /** The file that a click opens. */
  readonly file?: string;
  /** The checkpoint of the item, for commands that use a model. */
  readonly model?: string;
  /** The LR image of the item, for commands that upscale. */
  readonly image?: string;
  /** The images of the item, for commands that prepare them. */
  readonly images?: PreparedImages;
  /** The folder of the item, for commands. */
  readonly folder?: string;
  /** The web page that a click opens. */
  readonly link?: string;
  /** The run of the item, for commands and drag and drop. */
  readonly target?: CommandTarget;
  /** Shows its children from the start. */
  readonly isExpanded?: boolean;
  /** `later`: the view loads them. */
  readonly children: readonly TreeNode[] | 'later' | 'none';
}

/** A data set whose images can be checked, cut and so on. */
export interface PreparedImages {
  readonly name: string;
  /** Folders or globs. */
  readonly paths: readonly string[];
  /** The run file that has the data set; null if it is predefined. */
  readonly runFile: string | null;
}

/** The item in place of a list that could not be loaded. */
export function failureNode(error: unknown): TreeNode {
  const message = messageOf(error);
  return {
    id: 'failure',
    label: message.split('\n', 1)[0] ?? '',
    tooltip: plainText(message),
    icon: 'error',
    spoken: l10n.t('Error: {0}', message),
    children: 'none',
  };
}
