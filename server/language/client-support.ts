import type {
  ClientCapabilities,
  CodeAction,
  CodeLens,
  CompletionItem,
  Hover,
} from 'vscode-languageserver/node';
import { InsertTextFormat, MarkupContent, MarkupKind } from 'vscode-languageserver/node';
import { textOfSnippet } from './snippet.ts';

/** What the editor can show. A feature that it lacks is left out or becomes plain text. */
export interface ClientSupport {
  /** VS Code's icons in titles, such as `$(play)`. */
  readonly icons: boolean;
  readonly snippets: boolean;
  readonly markdownHovers: boolean;
  readonly markdownDocumentation: boolean;
  /** Code actions with edits. Without them, an editor expects commands. */
  readonly codeActions: boolean;
  /** Edits that create files. */
  readonly createdFiles: boolean;
}

/** @param isExtension whether the client is the extension of this repository, which runs in VS Code */
export function clientSupport(
  { textDocument, workspace }: ClientCapabilities,
  isExtension: boolean,
): ClientSupport {
  const item = textDocument?.completion?.completionItem;
  return {
    icons: isExtension,
    snippets: item?.snippetSupport === true,
    markdownHovers: textDocument?.hover?.contentFormat?.includes(MarkupKind.Markdown) === true,
    markdownDocumentation: item?.documentationFormat?.includes(MarkupKind.Markdown) === true,
    codeActions: textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
    createdFiles: workspace?.workspaceEdit?.resourceOperations?.includes('create') === true,
  };
}

export function supportedLens(lens: CodeLens, { icons }: ClientSupport): CodeLens {
  if (icons || lens.command === undefined) return lens;
  return { ...lens, command: { ...lens.command, title: lens.command.title.replace(/^\$\([^)]*\) */, '') } };
}

export function supportedHover(hover: Hover, { markdownHovers }: ClientSupport): Hover {
  if (markdownHovers || !MarkupContent.is(hover.contents)) return hover;
  return { ...hover, contents: { kind: MarkupKind.PlainText, value: withoutMarkdown(hover.contents.value) } };
}

export function supportedCompletion(item: CompletionItem, support: ClientSupport): CompletionItem {
  const isSnippet = item.insertTextFormat === InsertTextFormat.Snippet && !support.snippets;
  const isMarkdown = MarkupContent.is(item.documentation) && !support.markdownDocumentation;
  return {
    ...item,
    ...(isSnippet && {
      insertTextFormat: InsertTextFormat.PlainText,
      ...(item.textEdit && {
        textEdit: { ...item.textEdit, newText: textOfSnippet(item.textEdit.newText) },
      }),
    }),
    ...(isMarkdown &&
      MarkupContent.is(item.documentation) && {
        documentation: { kind: MarkupKind.PlainText, value: withoutMarkdown(item.documentation.value) },
      }),
  };
}

export function supportedActions(actions: readonly CodeAction[], support: ClientSupport): CodeAction[] {
  if (!support.codeActions) return [];
  return actions.filter(
    ({ edit, command }) =>
      (support.icons || command === undefined) &&
      (support.createdFiles || edit?.documentChanges === undefined),
  );
}

/** Text for editors that show Markdown as it is written: without emphasis, code marks and the addresses of links. */
function withoutMarkdown(text: string): string {
  return text
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\*\*|`/g, '')
    .replaceAll(/\\([\\`*_{}[\]()#+.!|-])/g, '$1');
}
