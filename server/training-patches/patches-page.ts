import { basename } from 'node:path';
import type { TrainingPatches } from '../../trainer/cli-output/training-patches.ts';
import { describeApplied } from '../../trainer/format/applied.ts';
import { formatCount } from '../../trainer/format/format.ts';
import { escapeMarkup } from '../../trainer/format/markup.ts';

/** A page for a browser with patches, for editors that have no view for them. It needs no other file. */
export function patchesPage(file: string, patches: TrainingPatches): string {
  const { stage, step, steps, epoch, scale, width, height, batchSize } = patches;
  const title = escapeMarkup(`Training patches of ${basename(file)}`);
  const [hrWidth, hrHeight] = [width * scale, height * scale];
  const shown = patches.patches.length;
  const image = (data: string | null, alt: string) =>
    `<img src="data:image/png;base64,${data}" alt="${escapeMarkup(alt)}" width="${hrWidth}" height="${hrHeight}">`;
  const items = patches.patches.map(({ image: path, lr, hr, applied }, i) => {
    const name = basename(path);
    const list = applied
      .map((each) => `<li>${escapeMarkup(describeApplied(each, { width, height }))}</li>`)
      .join('');
    return `<figure>${image(lr, `LR patch ${i + 1} of ${name}`)}${image(hr, `HR patch ${i + 1} of ${name}`)}
<figcaption>${i + 1} ${escapeMarkup(name)}<ol>${list}</ol></figcaption></figure>`;
  });
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}</title>
<style>
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
main { display: flex; flex-wrap: wrap; gap: 16px; }
figure { margin: 0; width: ${2 * hrWidth + 4}px; min-width: 260px; }
img { image-rendering: pixelated; margin-right: 2px; }
ol { margin: 2px 0; padding-left: 24px; }
</style>
</head>
<body>
<h1>${title}</h1>
<p>${stage}, step ${formatCount(step)} of ${formatCount(steps)}, epoch ${formatCount(epoch)}: ${shown} of ${formatCount(batchSize)} patches, LR ${width}x${height} (its pixels as squares) next to HR ${hrWidth}x${hrHeight}. <code>esrgan data preview</code> shows other steps.</p>
<main>
${items.join('\n')}
</main>
</body>
</html>
`;
}
