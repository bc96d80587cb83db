import { expect, test } from 'vitest';
import { webviewPage } from '../../../../client/webviews/webview-page.ts';

const page = webviewPage({
  title: '</title><script>alert(1)</script>',
  script: 'https://host/run-panel.js',
  style: 'https://host/run-panel.css',
  source: 'https://*.host',
  nonce: 'N0nce',
  parameters: { run: '/w/"><img src=x onerror=1>' },
});

test('the policy allows one script, by its nonce, and nothing inline', () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
  expect(policy?.replaceAll('&#39;', "'").split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'nonce-N0nce'",
    'style-src https://*.host',
    'img-src https://*.host',
    'font-src https://*.host',
  ]);
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page).not.toMatch(/<style|<img| style=| on\w+="/);
});

test('parameters are escaped in their attributes', () =>
  expect(page).toContain('<main id="app" data-run="/w/&quot;&gt;&lt;img src=x onerror=1&gt;"></main>'));
