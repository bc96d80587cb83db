import { l10n, TabInputCustom, TabInputText, Uri, ViewColumn, window } from 'vscode';
import type {
  ImagePair,
  UpscaledImage,
  UpscalingOutput,
  UpscalingResult,
} from '../../server/protocol/upscaling.ts';
import { imageExtensions, isImageName } from '../../trainer/files/image-names.ts';
import { choose, showInformation, showWarning } from '../notifications.ts';
import { commandTargets } from '../runs/command-targets.ts';
import { runItem, runLookup } from '../runs/run-items.ts';
import type { Command, Services } from '../services.ts';
import { requireTrust } from '../workspace-trust.ts';
import { forgetModel, lastModel, pickModel, rememberModel } from './model-picker.ts';
import { chooseOutput } from './output-choice.ts';
import { showResultList } from './result-list.ts';
import { existingText, modelName, resultText } from './upscale-labels.ts';
import { runBatch } from './upscale-progress.ts';
import { resultPlace, upscalingEngine, usualOutput } from './upscale-settings.ts';

/** The commands that upscale images. */
export function upscaleCommands({
  link,
  runs,
  memento,
  log,
  beforeAfterPanels,
}: Services): Record<'esrgan.upscale' | 'esrgan.upscaleWith', Command> {
  return {
    async 'esrgan.upscale'(...args) {
      await upscale(args, async () => (await lastModel(memento)) ?? null, false);
    },
    async 'esrgan.upscaleWith'(...args) {
      const [target] = args;
      const item = await runItem(target, runLookup({ runs, link }));
      if (item.image !== undefined) {
        await upscale([Uri.file(item.image)], async () => pickModel(link, memento), true);
        return;
      }
      // The weights editor passes a model, panels and the list of runs a run; the person then picks images.
      const model = item.model ?? commandTargets(args, [])[0]?.run;
      if (model !== undefined) await rememberModel(memento, model);
      await upscale(model === undefined ? args : [], async () => model ?? pickModel(link, memento), true);
    },
  };

  async function upscale(
    args: readonly unknown[],
    choose: () => Promise<string | null | undefined>,
    isAsked: boolean,
  ): Promise<void> {
    if (!(await requireTrust(l10n.t('Upscaling is disabled in Restricted Mode.')))) return;
    const images = await imagesFor(args);
    const [first] = images;
    if (first === undefined) return;
    const model = await choose();
    if (model === undefined) return;
    const usual = usualOutput(first);
    const output = isAsked
      ? await chooseOutput(model === null ? l10n.t('Automatic') : modelName(model), usual)
      : usual;
    if (output === undefined) return;
    await upscaleWith(
      model,
      output,
      first,
      images.map(({ fsPath }) => fsPath),
    );
  }

  async function upscaleWith(
    model: string | null,
    output: UpscalingOutput,
    first: Uri,
    inputs: readonly string[],
  ): Promise<void> {
    const how = { ...resultPlace(first), output, engine: upscalingEngine() };
    let chosen: Promise<'replace' | 'rename' | undefined> | undefined;
    const result = await runBatch(link, { model, inputs, ...how, existing: 'keep' }, (existing) => {
      chosen ??= promptForExisting(existing);
    }).catch(async (error: unknown) => {
      // The model may be unusable: let the person pick another one next time.
      await forgetModel(memento);
      throw error;
    });
    await showResult(result, inputs);
    const existing = await chosen;
    if (existing === undefined || result.isCancelled) return;
    const skipped = result.images.filter(({ kept }) => kept).map(({ input }) => input);
    const rest = await runBatch(link, { model, inputs: skipped, ...how, existing }, () => {});
    await showResult(rest, skipped);
  }

  /** Shows the results of a batch in the before/after view, and its failures in a message. */
  async function showResult(result: UpscalingResult, inputs: readonly string[]): Promise<void> {
    const pairOf = ({ input, output, kept }: UpscaledImage): ImagePair => ({
      source: input,
      result: output,
      model: kept || result.model === null ? null : modelName(result.model),
    });
    const pairs = result.images.map(pairOf);
    const showList = () =>
      showResultList(result, (image) => beforeAfterPanels.open([pairOf(image)], ViewColumn.Active));
    const made = result.images.filter(({ kept }) => !kept);
    for (const { input, output, notes } of made) log.info([`${input} → ${output}`, ...notes].join('; '));
    for (const { message } of result.failures) log.error(message);
    // After a cancellation the person does something else.
    if (made.length > 0 && !result.isCancelled) beforeAfterPanels.open(pairs, ViewColumn.Active);
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

/** The images and folders of a command: the clicked or selected ones, else that of the active editor, else picked ones. */
async function imagesFor(args: readonly unknown[]): Promise<readonly Uri[]> {
  const [first, all] = args;
  const given = (Array.isArray(all) && all.length > 0 ? all : [first]).filter((each) => each instanceof Uri);
  if (given.length > 0) return given.map(localFile);
  const open = activeImage();
  if (open !== undefined) return [localFile(open)];
  const picked = await window.showOpenDialog({
    title: l10n.t('Images to Upscale'),
    openLabel: l10n.t('Upscale'),
    canSelectMany: true,
    filters: { [l10n.t('Images')]: [...imageExtensions] },
  });
  return picked ?? [];
}

function localFile(uri: Uri): Uri {
  if (uri.scheme === 'file') return uri;
  throw new Error(l10n.t('{0} is not a file on disk. Save it first.', uri.toString(true)));
}

/** The image that the active editor shows. */
function activeImage(): Uri | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = input instanceof TabInputCustom || input instanceof TabInputText ? input.uri : undefined;
  return uri && isImageName(uri.path) ? uri : undefined;
}
