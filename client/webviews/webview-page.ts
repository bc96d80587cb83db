import { escapeMarkup } from '../../trainer/format/markup.ts';
/** What the page of a webview app is made of. */
export interface PageParts {
  readonly title: string;
  /** Addresses of the app's program and its style sheet. */
  readonly script: string;
  readonly style: string;
  /** Where the webview may load from, as the editor says it in `cspSource`. */
  readonly source: string;
  /** A random text that only this page's own script carries. */
  readonly nonce: string;
  /** The app's parameters, by their names without `data-`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The HTML of a page that runs one script, and nothing else that anybody could slip into it. */
export function webviewPage({ title, script, style, source, nonce, parameters }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source}`,
    `img-src ${source}`,
    `font-src ${source}`,
  ].join('; ');
  const data = Object.entries(parameters).map(([name, value]) => ` data-${name}="${escapeMarkup(value)}"`);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<link rel="stylesheet" href="${escapeMarkup(style)}">
<script type="module" nonce="${nonce}" src="${escapeMarkup(script)}"></script>
</head>
<body>
<main id="app"${data.join('')}></main>
</body>
</html>
`;
}
