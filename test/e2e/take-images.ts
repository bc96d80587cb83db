import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { StartedEditor } from './editor.ts';
import { Workbench } from './workbench.ts';

/** Each shows its view, starting without open editors, with the Explorer in the side bar. */
export type Views = Readonly<Record<string, (workbench: Workbench) => Promise<void>>>;

/** Names of the editor's themes and of their files. */
const themes = {
  light: ['Default Light Modern', 'light_modern'],
  dark: ['Default Dark Modern', 'dark_modern'],
  'high-contrast': ['Default High Contrast', 'hc_black'],
} as const;
const target = 'docs/images';

interface NamedTheme {
  readonly name: string;
  readonly theme: string;
  readonly themeFile: string;
}

/** The images to take. */
export interface ChosenImages {
  readonly views: Views;
  readonly themes: readonly NamedTheme[];
}

/** The images that arguments name: names of views and of themes; all without any. */
export function chooseImages(names: readonly string[], views: Views): ChosenImages {
  const unknown = names.filter((name) => !(name in views) && !(name in themes));
  if (unknown.length > 0) {
    throw new Error(
      `${unknown.join(', ')}: choose from ${[...Object.keys(views), ...Object.keys(themes)].join(', ')}.`,
    );
  }
  const isChosen = (name: string, of: object) => !names.some((each) => each in of) || names.includes(name);
  return {
    views: Object.fromEntries(Object.entries(views).filter(([name]) => isChosen(name, views))),
    themes: Object.entries(themes).flatMap(([name, [theme, themeFile]]) =>
      isChosen(name, themes) ? [{ name, theme, themeFile }] : [],
    ),
  };
}

interface ImageOptions {
  /** The workspace. */
  readonly folder: string;
  /** Of an image. */
  readonly size: { readonly width: number; readonly height: number };
  /** Of the workspace. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Writes the images to `docs/images`, each theme in a window of its own. */
export async function takeImages(
  editor: StartedEditor,
  { views, themes }: ChosenImages,
  options: ImageOptions,
): Promise<void> {
  mkdirSync(target, { recursive: true });
  for (const theme of themes) await takeInTheme(editor, views, theme, options);
}

async function takeInTheme(
  editor: StartedEditor,
  views: Views,
  { name, theme, themeFile }: NamedTheme,
  { folder, size, settings }: ImageOptions,
): Promise<void> {
  writeSettings(folder, settings);
  const workbench = await Workbench.open(editor, { folder, width: size.width, height: size.height + 60 });
  const { page } = workbench;
  // A window starts with a theme of the extension in development, and the editor's own are below this repository.
  writeSettings(folder, { ...settings, 'workbench.colorTheme': theme, 'workbench.iconTheme': 'vs-seti' });
  await page.locator(`.monaco-workbench[class*="${themeFile}"]`).waitFor();
  for (const [view, show] of Object.entries(views)) {
    await workbench.showViews('Explorer');
    await show(workbench);
    await page.mouse.move(0, 0);
    const path = join(target, `${view}-${name}.png`);
    // The title bar says that the extension is in development.
    const y = (await page.locator('.part.titlebar').boundingBox())?.height ?? 0;
    const image = await page.screenshot({ clip: { x: 0, y, ...size } });
    await sharp(image).png({ palette: true, quality: 90, effort: 10 }).toFile(path);
    console.log(path);
    await tidy(workbench);
  }
  await workbench.close();
}

/** Closes all editors of a view and discards their changes. */
async function tidy(workbench: Workbench): Promise<void> {
  const { page } = workbench;
  await page.keyboard.press('Escape');
  if (await page.locator('.tabs-container .tab.dirty').count()) await workbench.run('File: Revert File');
  await workbench.run('View: Close All Editors');
  if (await page.locator('.part.panel').isVisible()) await page.keyboard.press('Control+J');
}

/** Drags the edge of the side bar until it has a width in pixels. */
export async function resizeSideBar({ page }: Workbench, width: number): Promise<void> {
  const box = await page.locator('.sidebar').boundingBox();
  if (!box) throw new Error('The side bar is closed.');
  const edge = { x: box.x + box.width, y: box.y + box.height / 2 };
  await page.mouse.move(edge.x, edge.y);
  await page.mouse.down();
  await page.mouse.move(box.x + width, edge.y, { steps: 4 });
  await page.mouse.up();
}

/** Writes the settings of the workspace. */
export function writeSettings(folder: string, settings: Readonly<Record<string, unknown>>): void {
  const common = {
    'files.exclude': { '.vscode': true },
    'editor.minimap.enabled': false,
    'remote.autoForwardPorts': false,
  };
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  writeFileSync(join(folder, '.vscode/settings.json'), JSON.stringify({ ...common, ...settings }));
}
