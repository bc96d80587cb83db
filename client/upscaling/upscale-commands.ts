import { commands, l10n, TabInputCustom, TabInputText, Uri, ViewColumn, window } from 'vscode';
import type {
  ImagePair,
  ModelChain,
  UpscaledImage,
  UpscalingResult,
} from '../../server/protocol/upscaling.ts';
import {
  imageExtensions,
  isImageName,
  isVideoName,
  videoExtensions,
} from '../../trainer/files/image-names.ts';
import { isObject, isString } from '../../trainer/guards/guards.ts';
import { isModelChain, modelsOf } from '../../trainer/guards/model-chain.ts';
import { choose, showInformation, showWarning } from '../notifications.ts';
import { commandTargets } from '../runs/command-targets.ts';
import { runItem, runLookup } from '../runs/run-items.ts';
import type { Command, Services } from '../services.ts';
import { requireTrust } from '../workspace-trust.ts';
import { chainName, modelName, singleModel } from './model-chains.ts';
import { allModels, forgetModels, lastModels, pickUpscaler, rememberModels } from './model-picker.ts';
import { chooseUpscaling, type Upscaling } from './output-choice.ts';
import { showResultList } from './result-list.ts';
import { existingText, resultText } from './upscale-labels.ts';
import { runBatch } from './upscale-progress.ts';
import { resultPlace, upscalingEngine, usualOutput } from './upscale-settings.ts';

/** The commands that upscale images and videos. */
export function upscaleCommands({
  link,
  runs,
  memento,
  log,
  beforeAfterPanels,
  previewPanels,
}: Services): Record<'esrgan.upscale' | 'esrgan.upscaleWith' | 'esrgan.previewUpscaling', Command> {
  return {
    async 'esrgan.upscale'(...args) {
      const [chosen] = args;
      // The preview passes an image with models.
      if (isChosen(chosen)) await upscale([Uri.file(chosen.image)], chosen.models, false);
      else await upscale(args, (await lastModels(memento)) ?? 'automatic', false);
    },
    async 'esrgan.upscaleWith'(...args) {
      const [target] = args;
      const item = await runItem(target, runLookup({ runs, link }));
      if (item.image !== undefined) {
        await upscale([Uri.file(item.image)], undefined, true);
        return;
      }
      // The weights editor passes a model, panels and the list of runs a run; the person then picks images.
      const model = item.model ?? commandTargets(args, [])[0]?.run;
      if (model === undefined) await upscale(args, undefined, true);
      else await upscale([], singleModel(model), true);
    },
    async 'esrgan.previewUpscaling'(...args) {
      if (!(await requireTrust(restricted()))) return;
      const [image] = await imagesFor(args, false);
      if (image !== undefined) await previewPanels.open(image.fsPath, ViewColumn.Active);
    },
  };

  /** @param isAsked whether the person may change models and results before the start */
  async function upscale(
    args: readonly unknown[],
    given: ModelChain | 'automatic' | undefined,
    isAsked: boolean,
  ): Promise<void> {
    if (!(await requireTrust(restricted()))) return;
    const images = await imagesFor(args, true);
    const [first] = images;
    if (first === undefined) return;
    const isPreviewable = images.length === 1 && isImageName(first.fsPath);
    const picked = given ?? (await pickUpscaler(link, memento, isPreviewable));
    if (picked === 'preview') return previewPanels.open(first.fsPath, ViewColumn.Active);
    if (picked === undefined) return;
    const models = picked === 'automatic' ? null : picked;
    const usual = { models, output: usualOutput(first) };
    const chosen = isAsked
      ? await chooseUpscaling(link, usual, models === null ? [] : await allModels(link, modelsOf(models)))
      : usual;
    if (chosen === undefined) return;
    await upscaleWith(
      chosen,
      first,
      images.map(({ fsPath }) => fsPath),
    );
  }

  async function upscaleWith(
    { models, output }: Upscaling,
    first: Uri,
    inputs: readonly string[],
  ): Promise<void> {
    const how = { ...resultPlace(first), output, engine: upscalingEngine() };
    let chosen: Promise<'replace' | 'rename' | undefined> | undefined;
    if (models === null) await forgetModels(memento);
    else await rememberModels(memento, models);
    const result = await runBatch(link, { models, inputs, ...how, existing: 'keep' }, (existing) => {
      chosen ??= promptForExisting(existing);
    }).catch(async (error: unknown) => {
      // A model may be unusable: let the person pick another one next time.
      await forgetModels(memento);
      throw error;
    });
    await showResult(result, inputs, models);
    const existing = await chosen;
    if (existing === undefined || result.isCancelled) return;
    const skipped = result.images.filter(({ kept }) => kept).map(({ input }) => input);
    const rest = await runBatch(link, { models, inputs: skipped, ...how, existing }, () => {});
    await showResult(rest, skipped, models);
  }

  /** Shows the results of a batch in the before/after view, and its failures in a message. */
  async function showResult(
    result: UpscalingResult,
    inputs: readonly string[],
    models: ModelChain | null,
  ): Promise<void> {
    const bundled = result.bundledModel === null ? null : modelName(result.bundledModel);
    const pairOf = ({ input, output, kept }: UpscaledImage): ImagePair => ({
      source: input,
      result: output,
      model: kept ? null : models ? chainName(models) : bundled,
    });
    const open = (image: UpscaledImage) => {
      if (isVideoName(image.output)) void commands.executeCommand('vscode.open', Uri.file(image.output));
      else beforeAfterPanels.open([pairOf(image)], ViewColumn.Active);
    };
    const showList = () => showResultList(result, open);
    const made = result.images.filter(({ kept }) => !kept);
    const pairs = result.images.filter(({ output }) => !isVideoName(output)).map(pairOf);
    for (const { input, output, notes } of made) log.info([`${input} → ${output}`, ...notes].join('; '));
    for (const { message } of result.failures) log.error(message);
    // After a cancellation the person does something else.
    if (made.some(({ output }) => !isVideoName(output)) && !result.isCancelled)
      beforeAfterPanels.open(pairs, ViewColumn.Active);
    const [failure] = result.failures;
    // A single failure needs no summary.
    if (failure !== undefined && inputs.length === 1 && result.failures.length === 1 && made.length === 0) {
      throw new Error(failure.message);
    }
    const text = resultText(result);
    if (text === undefined) return;
    const list = l10n.t('Show List');
    if (result.failures.length === 0 && result.images.length > 1) {
      void showInformation(text, list).then((choice) => {
        if (choice !== undefined) return showList();
      });
      return;
    }
    const [only] = made;
    if (result.failures.length === 0 && only !== undefined && isVideoName(only.output)) {
      const show = l10n.t('Open Result');
      void showInformation(text, show).then((choice) => {
        if (choice === show) open(only);
      });
      return;
    }
    if (result.failures.length === 0) {
      window.setStatusBarMessage(`ESRGAN: ${text}`, 5000);
      return;
    }
    // Not awaited: the command ends even if the message stays open.
    void showWarning(text, list, l10n.t('Show Log')).then((choice) => {
      if (choice === list) return showList();
      if (choice !== undefined) log.show();
    });
  }
}

/** Prompts for what to do with existing results, once per batch; undefined: skip these images. */
async function promptForExisting(inputs: readonly string[]): Promise<'replace' | 'rename' | undefined> {
  const replace = l10n.t('Replace');
  const keepBoth = l10n.t('Keep Both');
  const choice = await choose(existingText(inputs), [replace, keepBoth], l10n.t('Skip'));
  return choice === replace ? 'replace' : choice === keepBoth ? 'rename' : undefined;
}

/** What the preview passes. */
const isChosen = isObject({ image: isString, models: isModelChain });

const restricted = () => l10n.t('Upscaling is disabled in Restricted Mode.');

/**
 * The images, videos and folders of a command: the clicked or selected ones, else that of the active editor, else picked
 * ones.
 *
 * @param areMany whether the person may pick several, and videos
 */
async function imagesFor(args: readonly unknown[], areMany: boolean): Promise<readonly Uri[]> {
  const [first, all] = args;
  const given = (Array.isArray(all) && all.length > 0 ? all : [first]).filter((each) => each instanceof Uri);
  if (given.length > 0) return given.map(localFile);
  const open = activeFile(areMany ? (path) => isImageName(path) || isVideoName(path) : isImageName);
  if (open !== undefined) return [localFile(open)];
  const images = [...imageExtensions];
  const picked = await window.showOpenDialog({
    title: areMany ? l10n.t('Images to Upscale') : l10n.t('Image to Preview'),
    openLabel: areMany ? l10n.t('Upscale') : l10n.t('Preview'),
    canSelectMany: areMany,
    filters: areMany
      ? { [l10n.t('Images and Videos')]: [...images, ...videoExtensions] }
      : { [l10n.t('Images')]: images },
  });
  return picked ?? [];
}

function localFile(uri: Uri): Uri {
  if (uri.scheme === 'file') return uri;
  throw new Error(l10n.t('{0} is not a file on disk. Save it first.', uri.toString(true)));
}

/** The file that the active editor shows, if its name is accepted. */
function activeFile(accepts: (path: string) => boolean): Uri | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = input instanceof TabInputCustom || input instanceof TabInputText ? input.uri : undefined;
  return uri && accepts(uri.path) ? uri : undefined;
}
