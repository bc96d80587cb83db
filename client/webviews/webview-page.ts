import { escapeMarkup } from '../../trainer/format/markup.ts';

/** The parts of a webview's page. */
interface PageParts {
  readonly title: string;
  /** URIs of the app's script and style sheet. */
  readonly script: string;
  readonly style: string;
  /** The webview's `cspSource`. */
  readonly source: string;
  /** Random text; only a script that carries it runs. */
  readonly nonce: string;
  /** The app's parameters, by the names of their attributes without `data-`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The HTML of a page that runs one script; its content security policy forbids all others. */
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
