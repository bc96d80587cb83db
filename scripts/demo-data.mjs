// Makes the demo's images from NASA's Blue Marble (public domain), the map of the Earth that the npm package
// three-globe brings along for its examples: 4096x2048 pixels, 10 km each.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import sharp from 'sharp';

const image = new URL('../node_modules/three-globe/example/img/earth-blue-marble.jpg', import.meta.url);
const side = 256;
const tiles = 48;
/** Egypt, the Levant and Turkey: coasts, deserts and fields. */
const testTile = 'marble_09_2';

/**
 * Cuts the image into a grid of tiles and writes the 48 with the most detail, which excludes plain ocean,
 * as PNG: one for testing, every sixth for validation, the others for training. The polar rows, which the map
 * stretches, are excluded. Tiles do not overlap. The result is deterministic.
 *
 * @param {string} folder where `train`, `val` and `test` are replaced
 * @returns {Promise<{train: string, val: string, test: {folder: string, hr: string, lr: string}}>} folders of
 * tiles; the test folder holds `HR/` and `LR_x4/`, and one file in each
 */
export async function prepareDemoData(folder) {
  const { data, info } = await sharp(fileURLToPath(image)).raw().toBuffer({ resolveWithObject: true });
  const grid = [];
  for (let y = side; y + 2 * side <= info.height; y += side) {
    for (let x = 0; x + side <= info.width; x += side) grid.push(cut(data, info.width, x, y));
  }
  grid.sort((a, b) => b.detail - a.detail);

  const test = join(folder, 'test');
  const folders = {
    train: join(folder, 'train'),
    val: join(folder, 'val'),
    hr: join(test, 'HR'),
    lr: join(test, 'LR_x4'),
  };
  for (const path of Object.values(folders)) {
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
  }
  for (const [rank, tile] of grid.slice(0, tiles).entries()) {
    const part = tile.name === testTile ? 'hr' : rank % 6 === 3 ? 'val' : 'train';
    await write(join(folders[part], `${tile.name}.png`), tile);
  }
  const name = `${testTile}.png`;
  const imresize = await importImresize();
  const tested = grid.find((tile) => tile.name === testTile);
  await write(join(folders.lr, name), imresize(tested, 1 / 4, 'uint8-replicate'));
  return {
    train: folders.train,
    val: folders.val,
    test: { folder: test, hr: join(folders.hr, name), lr: join(folders.lr, name) },
  };
}

/** A tile with its detail: the mean difference of neighbouring samples, across and down. */
function cut(data, width, left, top) {
  const pixels = new Uint8Array(side * side * 3);
  const row = side * 3;
  for (let y = 0; y < side; y++) {
    const start = ((top + y) * width + left) * 3;
    pixels.set(data.subarray(start, start + row), y * row);
  }
  let differences = 0;
  for (let i = row; i < pixels.length; i++) {
    if (i % row < 3) continue;
    differences += Math.abs(pixels[i] - pixels[i - 3]) + Math.abs(pixels[i] - pixels[i - row]);
  }
  return {
    name: `marble_${String(left / side).padStart(2, '0')}_${top / side}`,
    width: side,
    height: side,
    channels: 3,
    data: pixels,
    detail: differences / pixels.length,
  };
}

function write(path, { data, width, height, channels }) {
  return sharp(data, { raw: { width, height, channels } }).png().toFile(path);
}

/** The trainer's own reduction, so that the test tile is reduced as the training tiles are. */
async function importImresize() {
  const source = fileURLToPath(new URL('../trainer/data/imresize.ts', import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  const { imresize } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
  return imresize;
}
