import { basename, dirname, isAbsolute, join } from 'node:path';
import { l10n, window } from 'vscode';
import type { LrImagesCommandTarget } from '../../server/protocol/commands.ts';
import type { PreparationTask } from '../../server/protocol/preparation.ts';
import { type Guard, isList, isNullable, isNumber, isObject, isString } from '../../trainer/guards/guards.ts';
import { followJob, jobOf } from '../jobs/follow-job.ts';
import { showProgress } from '../notifications.ts';
import type { Command, Services } from '../services.ts';
import type { PreparedImages } from '../tree/tree-node.ts';
import { requireTrust } from '../workspace-trust.ts';
import { preparationText } from './preparation-labels.ts';
import { openReport } from './report-panel.ts';

type PreparationCommand =
  | 'esrgan.checkImages'
  | 'esrgan.selectImages'
  | 'esrgan.cutTiles'
  | 'esrgan.makeLrImages';

/** The commands that prepare the images of a data set of the Data & Weights view, or of a folder that the person picks. */
export function preparationCommands({
  link,
  inventoryView,
  reports,
}: Pick<Services, 'link' | 'inventoryView' | 'reports'>): Record<PreparationCommand, Command> {
  return {
    async 'esrgan.checkImages'(target) {
      const source = await sourceOf(target);
      if (source === undefined) return;
      const { name, paths, runFile } = source;
      const images = runFile ?? (await pickPath(paths));
      if (images === undefined) return;
      const report = join(reports, `check-${name.replaceAll(/[^\w.-]/g, '_')}.html`);
      const dataset = runFile === null ? null : name;
      await prepare(
        { work: 'check', images, dataset, report },
        l10n.t('Checking the images of {0}', name),
        name,
      );
    },
    async 'esrgan.selectImages'(target) {
      const source = await sourceOf(target);
      const images = source && (await pickPath(source.paths));
      const out = images && (await inputFolder(l10n.t('Folder for the copies'), images, 'selected'));
      if (source === undefined || images === undefined || out === undefined) return;
      const title = l10n.t('Selecting images of {0}', source.name);
      await prepare({ work: 'select', images, out, report: join(out, 'report.html') }, title, source.name);
    },
    async 'esrgan.cutTiles'(target) {
      const source = await sourceOf(target);
      const images = source && (await pickPath(source.paths));
      const size = images && (await inputTileSize());
      const out = images && size && (await inputFolder(l10n.t('Folder for the tiles'), images, 'tiles'));
      if (source === undefined || images === undefined || size === undefined || out === undefined) return;
      const report = join(out, 'report.html');
      const step = Math.ceil(Number(size) / 2);
      await prepare(
        { work: 'tiles', images, out, size: Number(size), step, report },
        l10n.t('Cutting the images of {0} into tiles', source.name),
        source.name,
      );
    },
    async 'esrgan.makeLrImages'(target) {
      const isGiven = isLrTarget(target);
      const source = isGiven
        ? { name: basename(target.images), paths: [target.images] }
        : await sourceOf(target);
      const images = source && (await pickPath(source.paths));
      const scale = isGiven ? target.scale : images && (await pickScale());
      if (source === undefined || images === undefined || scale === undefined) return;
      const out = isGiven
        ? target.out
        : await inputFolder(l10n.t('Folder for the LR images'), images, `lr_x${scale}`);
      if (out === undefined) return;
      await prepare(
        { work: 'downscale', images, out, scale: Number(scale), report: join(out, 'report.html') },
        l10n.t('Making LR images of {0}', source.name),
        source.name,
      );
    },
  };

  /** Prepares images in a job of the server, with a notification that shows the progress and can cancel; then opens the report. */
  async function prepare(task: PreparationTask, title: string, name: string): Promise<void> {
    if (!(await requireTrust(l10n.t('Preparing images is disabled in Restricted Mode.')))) return;
    try {
      const end = await showProgress(title, async (report, token) => {
        const { job } = await link.request('esrgan/prepare', task);
        return followJob(jobOf(link, job), preparationText, report, token);
      });
      if (end === 'finished') await openReport(task.report, name);
    } finally {
      inventoryView.refresh();
    }
  }
}

async function sourceOf(target: unknown): Promise<PreparedImages | undefined> {
  if (isNode(target)) return target.images;
  const [folder] =
    (await window.showOpenDialog({
      title: l10n.t('Folder of Images'),
      openLabel: l10n.t('Choose'),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  return folder && { name: basename(folder.fsPath), paths: [folder.fsPath], runFile: null };
}

/** The only path, or the one that the person picks. */
async function pickPath(paths: readonly string[]): Promise<string | undefined> {
  if (paths.length < 2) return paths[0];
  return window.showQuickPick([...paths], { placeHolder: l10n.t('Which images?') });
}

async function pickScale(): Promise<string | undefined> {
  return window.showQuickPick(['4', '2', '3', '8'], { placeHolder: l10n.t('Scale factor of the LR images') });
}

async function inputTileSize(): Promise<string | undefined> {
  return window.showInputBox({
    prompt: l10n.t('Side of a tile in pixels; tiles overlap by half'),
    value: '480',
    validateInput: (text) => (/^[1-9]\d{0,4}$/.test(text) ? undefined : l10n.t('Enter a whole number.')),
  });
}

/** A folder for results, by default next to the images. */
async function inputFolder(prompt: string, images: string, suffix: string): Promise<string | undefined> {
  // The folder of a glob is the part before its first wildcard.
  const plain = images.replace(/[\\/][^\\/]*[*?[{(].*$/, '');
  return window.showInputBox({
    prompt,
    value: join(dirname(plain), `${basename(plain)}-${suffix}`),
    validateInput: (text) => (isAbsolute(text) ? undefined : l10n.t('Enter the whole path of a folder.')),
  });
}

const isNode: Guard<{ readonly images: PreparedImages }> = isObject({
  images: isObject({ name: isString, paths: isList(isString), runFile: isNullable(isString) }),
});

const isLrTarget: Guard<LrImagesCommandTarget> = isObject({
  images: isString,
  out: isString,
  scale: isNumber,
});
