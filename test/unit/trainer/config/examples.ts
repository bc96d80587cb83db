import { readFileSync } from 'node:fs';
import { readRunFile } from '../../../../trainer/config/index.ts';

/** The full example of the documentation, which uses nearly every key, as YAML and as JSON. */
export function largestExample(): { readonly yaml: string; readonly json: string } {
  const yaml = [...readFileSync('docs/run-file.md', 'utf8').matchAll(/```yaml\n(.*?)```/gs)]
    .map(([, text = '']) => text)
    .reduce((a, b) => (b.length > a.length ? b : a), '');
  return { yaml, json: JSON.stringify(readRunFile(yaml, { file: '/p/a.yaml' }).config, undefined, ' ') };
}
