/** Text as HTML or SVG, also in an attribute. */
export function escapeMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/**
 * Text for a message, a problem or a title in an editor, which shows backticks as they are: a name in backticks gets
 * quotation marks. VS Code shows `[text](command:…)` and the like as links and has no escape for them. A space makes it
 * plain text: names in files must not become commands.
 */
export function plainText(text: string): string {
  return text.replaceAll('](', '] (').replaceAll(/`([^`\n]*)`/g, '“$1”');
}

/** Text, such as a path, as code in Markdown. */
export function codeSpan(text: string): string {
  return `\`${text.replaceAll('`', '')}\``;
}
