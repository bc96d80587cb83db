import { l10n, TabInputCustom, TabInputText, Uri, ViewColumn, window } from 'vscode';
import type { UpscalingResult } from '../../server/protocol/upscaling.ts';
import { choose, showWarning } from '../notifications.ts';
import { commandTargets } from '../runs/command-targets.ts';
import { runItem, runLookup } from '../runs/run-items.ts';
import type { Command, Services } from '../services.ts';
import { requireTrust } from '../workspace-trust.ts';
import { imageExtensions, isImage } from './image-extensions.ts';
import { forgetModel, lastModel, pickModel, rememberModel } from './model-picker.ts';
import { existingText, resultText } from './upscale-labels.ts';
import { runBatch } from './upscale-progress.ts';
import { resultPlace, upscalingEngine } from './upscale-settings.ts';

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
      await upscale(args, async () => (await lastModel(memento)) ?? pickModel(link, memento));
    },
    async 'esrgan.upscaleWith'(...args) {
      const [target] = args;
      const item = await runItem(target, runLookup({ runs, link }));
      if (item.image !== undefined) {
        await upscale([Uri.file(item.image)], async () => pickModel(link, memento));
        return;
      }
      // The weights editor passes a model, panels and the list of runs a run; the person then picks images.
      const model = item.model ?? commandTargets(args, [])[0]?.run;
      if (model !== undefined) await rememberModel(memento, model);
      await upscale(model === undefined ? args : [], async () => model ?? pickModel(link, memento));
    },
  };

  async function upscale(args: readonly unknown[], choose: () => Promise<string | undefined>): Promise<void> {
    if (!(await requireTrust(l10n.t('Upscaling is disabled in Restricted Mode.')))) return;
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
    await showResult(await runBatch(link, { model, inputs: skipped, ...how, existing }, () => {}), skipped);
  }

  /** Shows the results of a batch in the before/after view, and its failures in a message. */
  async function showResult(result: UpscalingResult, inputs: readonly string[]): Promise<void> {
    const pairs = result.images.map(({ input, output }) => ({ source: input, result: output }));
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
    if (result.failures.length === 0) {
      window.setStatusBarMessage(`ESRGAN: ${text}`, 5000);
      return;
    }
    // Not awaited: the command ends even if the message stays open.
    void showWarning(text, l10n.t('Show Log')).then((choice) => {
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
  return uri && isImage(uri.path) ? uri : undefined;
}
