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
 * Text for a message of VS Code, which shows `[text](command:…)` and the like as links and has no escape for them. A
 * space makes it plain text: names in files must not become commands.
 */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}
