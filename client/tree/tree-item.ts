import { MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, Uri } from 'vscode';
import type { TreeNode } from './tree-node.ts';

/** A line of a tree as the editor draws it. */
export function treeItem(node: TreeNode): TreeItem {
  const hasChildren = node.children !== 'none';
  const item = new TreeItem(
    node.label,
    hasChildren ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None,
  );
  item.id = node.id;
  item.accessibilityInformation = { label: node.spoken };
  if (node.description !== undefined) item.description = node.description;
  if (node.tooltip !== undefined) item.tooltip = new MarkdownString(node.tooltip);
  if (node.context !== undefined) item.contextValue = node.context;
  if (node.icon !== undefined) {
    item.iconPath =
      node.color === undefined
        ? new ThemeIcon(node.icon)
        : new ThemeIcon(node.icon, new ThemeColor(node.color));
  }
  if (node.file !== undefined) {
    item.command = { command: 'vscode.open', title: 'Open', arguments: [Uri.file(node.file)] };
  } else if (node.target !== undefined) {
    item.command = { command: 'esrgan.openRun', title: 'Open Run', arguments: [node.target] };
  }
  return item;
}
