import { l10n, MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, Uri } from 'vscode';
import type { TreeNode } from './tree-node.ts';

/** Converts a node to an item of VS Code's tree views. */
export function treeItem(node: TreeNode): TreeItem {
  const hasChildren = node.children !== 'none';
  const item = new TreeItem(
    node.label,
    !hasChildren
      ? TreeItemCollapsibleState.None
      : node.isExpanded
        ? TreeItemCollapsibleState.Expanded
        : TreeItemCollapsibleState.Collapsed,
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
    item.command = { command: 'vscode.open', title: l10n.t('Open'), arguments: [Uri.file(node.file)] };
  } else if (node.link !== undefined) {
    item.command = { command: 'vscode.open', title: l10n.t('Open'), arguments: [Uri.parse(node.link)] };
  } else if (node.target !== undefined) {
    item.command = { command: 'esrgan.openRun', title: l10n.t('Open Run'), arguments: [node.target] };
  }
  return item;
}
