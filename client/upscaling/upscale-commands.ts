import { TabInputCustom, TabInputText, Uri, ViewColumn, window } from 'vscode';
import type { UpscalingResult } from '../../server/protocol/upscaling.ts';
import { mayStart } from '../trust.ts';
import type { Command, Workbench } from '../workbench.ts';
import { imageExtensions, isImage } from './image-extensions.ts';
import { forgetModel, lastModel, pickModel, rememberModel } from './model-picker.ts';
import { keptText, resultText } from './upscale-labels.ts';
import { runBatch } from './upscale-progress.ts';
import { resultPlace, upscalingEngine } from './upscale-settings.ts';

/** The commands that upscale images. */
export function upscaleCommands(
  workbench: Workbench,
): Record<'esrgan.upscale' | 'esrgan.upscaleWith', Command> {
  const { link, memento, log, beforeAfterPanels } = workbench;

  return {
    async 'esrgan.upscale'(...args) {
      await upscale(args, async () => (await lastModel(memento)) ?? pickModel(link, memento));
    },
    async 'esrgan.upscaleWith'(...args) {
      const [target] = args;
      // From the page of a file of weights comes the model, and images are asked for.
      if (isModelTarget(target)) await rememberModel(memento, target.model);
      await upscale(isModelTarget(target) ? [] : args, async () =>
        isModelTarget(target) ? target.model : pickModel(link, memento),
      );
    },
  };

  async function upscale(args: readonly unknown[], choose: () => Promise<string | undefined>): Promise<void> {
    if (!(await mayStart('A model and images are files of the workspace'))) return;
    const images = await imagesFor(args);
    const [first] = images;
    if (first === undefined) return;
    const model = await choose();
    if (model === undefined) return;
    await upscaleWith(
      model,
      first,
      images.map(({ fsPath }) => fsPath),
    );
  }

  async function upscaleWith(model: string, first: Uri, inputs: readonly string[]): Promise<void> {
    const how = { ...resultPlace(first), engine: upscalingEngine() };
    let asked: Promise<'replace' | 'rename' | undefined> | undefined;
    const result = await runBatch(link, { model, inputs, ...how, existing: 'keep' }, (kept) => {
      asked ??= askForKept(kept);
    }).catch(async (error: unknown) => {
      // With a model that cannot be opened, the next time is not to end in the same way.
      await forgetModel(memento);
      throw error;
    });
    await tellOf(result, inputs);
    const existing = await asked;
    if (existing === undefined || result.isCancelled) return;
    const kept = result.images.filter((image) => image.kept).map(({ input }) => input);
    await tellOf(await runBatch(link, { model, inputs: kept, ...how, existing }, () => {}), kept);
  }

  /** Shows what became of a batch: the view of before and after, and a message of what failed. */
  async function tellOf(result: UpscalingResult, inputs: readonly string[]): Promise<void> {
    const pairs = result.images.map(({ input, output }) => ({ source: input, result: output }));
    const made = result.images.filter(({ kept }) => !kept);
    for (const { input, output, notes } of made) log.info([`${input} became ${output}`, ...notes].join('; '));
    for (const { message } of result.failures) log.error(message);
    // Who cancelled wants to do something else now.
    if (made.length > 0 && !result.isCancelled) beforeAfterPanels.open(pairs, ViewColumn.Active);
    const [failure] = result.failures;
    // Of the only image the reason alone is enough.
    if (failure !== undefined && inputs.length === 1 && result.failures.length === 1 && made.length === 0) {
      throw new Error(failure.message);
    }
    const text = resultText(result);
    if (text === undefined) return;
    if (result.failures.length === 0) {
      window.setStatusBarMessage(`ESRGAN: ${text}`, 5000);
      return;
    }
    // Not waited for: who does not answer has nothing more to do.
    void window.showWarningMessage(text, 'Show Log').then((choice) => {
      if (choice !== undefined) log.show();
    });
  }
}

/** Asks, once for a batch, what is to become of results that exist; undefined: they stay. */
async function askForKept(kept: readonly string[]): Promise<'replace' | 'rename' | undefined> {
  const choice = await window.showInformationMessage(keptText(kept), 'Replace', 'New Name', 'Keep');
  return choice === 'Replace' ? 'replace' : choice === 'New Name' ? 'rename' : undefined;
}

/** The images and folders that a command is for: those under the mouse, that of the open editor, or those picked. */
async function imagesFor(args: readonly unknown[]): Promise<readonly Uri[]> {
  const [first, all] = args;
  const given = (Array.isArray(all) && all.length > 0 ? all : [first]).filter((each) => each instanceof Uri);
  if (given.length > 0) return given.map(localFile);
  const open = activeImage();
  if (open !== undefined) return [localFile(open)];
  const picked = await window.showOpenDialog({
    title: 'Images to Upscale',
    openLabel: 'Upscale',
    canSelectMany: true,
    filters: { Images: [...imageExtensions] },
  });
  return picked ?? [];
}

function localFile(uri: Uri): Uri {
  if (uri.scheme === 'file') return uri;
  throw new Error(`${uri.toString(true)} is not a file on the disk. Save it to one first.`);
}

/** The image that the active editor shows. */
function activeImage(): Uri | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = input instanceof TabInputCustom || input instanceof TabInputText ? input.uri : undefined;
  return uri && isImage(uri.path) ? uri : undefined;
}

function isModelTarget(value: unknown): value is { readonly model: string } {
  return typeof value === 'object' && value !== null && 'model' in value && typeof value.model === 'string';
}
