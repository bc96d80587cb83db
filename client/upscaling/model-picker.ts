import { stat } from 'node:fs/promises';
import { l10n, type Memento, type QuickPickItem, QuickPickItemKind, ThemeIcon, window } from 'vscode';
import type { ModelChain, UpscalingModel } from '../../server/protocol/upscaling.ts';
import { isModelChain, modelsOf } from '../../trainer/guards/model-chain.ts';
import type { ServerLink } from '../server/server-link.ts';
import { singleModel } from './model-chains.ts';
import { findModelFiles, modelExtensions } from './model-files.ts';
import { modelChoices } from './upscale-labels.ts';

const key = 'upscale.models';

/** The models that were last used in this workspace, if they still exist. */
export async function lastModels(memento: Memento): Promise<ModelChain | undefined> {
  const saved = memento.get<unknown>(key);
  return isModelChain(saved) && (await areThere(saved)) ? saved : undefined;
}

/** Whether the files or folders of models exist. */
export async function areThere(models: ModelChain): Promise<boolean> {
  const found = await Promise.all(modelsOf(models).map((path) => stat(path).catch(() => undefined)));
  return found.every((each) => each !== undefined);
}

export async function rememberModels(memento: Memento, models: ModelChain): Promise<void> {
  await memento.update(key, models);
}

export async function forgetModels(memento: Memento): Promise<void> {
  await memento.update(key, undefined);
}

/** What can be upscaled with in this workspace. */
export async function allModels(
  link: ServerLink,
  others: readonly string[] = [],
): Promise<readonly UpscalingModel[]> {
  const files = [...(await findModelFiles()), ...others];
  return link.request('esrgan/upscalingModels', { files });
}

/** Lets the person pick models; undefined if the person cancels. */
export async function pickModels(link: ServerLink, memento: Memento): Promise<ModelChain | undefined> {
  const last = await lastModels(memento);
  return pick<never>(link, { placeHolder: l10n.t('Choose a model'), last, others: [], accepts: () => true });
}

/**
 * Lets the person pick models to upscale with: `automatic` is a bundled one, by the formats of the images; undefined if the
 * person cancels.
 *
 * @param isPreviewable whether the list also offers a preview
 */
export async function pickUpscaler(
  link: ServerLink,
  memento: Memento,
  isPreviewable: boolean,
): Promise<ModelChain | 'automatic' | 'preview' | undefined> {
  const automatic = {
    label: l10n.t('Automatic'),
    description: l10n.t('photo for JPEG, WebP and AVIF, faithful for other formats'),
    chosen: 'automatic',
  } as const;
  const preview = {
    label: l10n.t('Preview Models on a Region…'),
    iconPath: new ThemeIcon('eye'),
    chosen: 'preview',
  } as const;
  return pick<'automatic' | 'preview'>(link, {
    placeHolder: l10n.t('Choose a model'),
    last: await lastModels(memento),
    first: [automatic],
    others: isPreviewable ? [preview] : [],
    accepts: () => true,
  });
}

/**
 * Lets the person pick one model to use together with others; null: none; undefined if the person cancels.
 *
 * @param accepts restricts the list
 */
export async function pickOtherModel(
  link: ServerLink,
  placeHolder: string,
  accepts: (model: UpscalingModel, all: readonly UpscalingModel[]) => boolean,
): Promise<string | null | undefined> {
  const none = { label: l10n.t('None'), iconPath: new ThemeIcon('circle-slash'), chosen: 'none' } as const;
  const picked = await pick(link, { placeHolder, last: undefined, others: [none], accepts });
  return picked === 'none' ? null : picked?.model;
}

interface ModelItem<Other> extends QuickPickItem {
  readonly chosen?: ModelChain | Other | 'browse';
}

async function pick<Other extends string>(
  link: ServerLink,
  {
    placeHolder,
    last,
    first = [],
    others,
    accepts,
  }: {
    readonly placeHolder: string;
    readonly last: ModelChain | undefined;
    /** Items before the models. */
    readonly first?: readonly ModelItem<Other>[];
    /** Items after the models. */
    readonly others: readonly ModelItem<Other>[];
    readonly accepts: (model: UpscalingModel, all: readonly UpscalingModel[]) => boolean;
  },
): Promise<ModelChain | Other | undefined> {
  const items = async (): Promise<ModelItem<Other>[]> => {
    const all = await allModels(link, last && modelsOf(last));
    const choices = modelChoices(
      all.filter((model) => accepts(model, all)),
      last,
    );
    return [
      ...first,
      ...choices.map(
        (choice): ModelItem<Other> =>
          choice.kind === 'heading'
            ? { label: choice.label, kind: QuickPickItemKind.Separator }
            : {
                label: choice.label,
                description: choice.description,
                detail: choice.detail,
                chosen: choice.models,
              },
      ),
      { label: '', kind: QuickPickItemKind.Separator },
      ...others,
      { label: l10n.t('Browse…'), iconPath: new ThemeIcon('folder-opened'), chosen: 'browse' },
    ];
  };
  const picked = await window.showQuickPick(items(), {
    placeHolder,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (picked?.chosen === undefined) return undefined;
  if (picked.chosen !== 'browse') return picked.chosen;
  const path = await browse();
  return path === undefined ? undefined : singleModel(path);
}

async function browse(): Promise<string | undefined> {
  const [file] =
    (await window.showOpenDialog({
      title: l10n.t('Model to Upscale With'),
      openLabel: l10n.t('Choose'),
      filters: { [l10n.t('Weights')]: [...modelExtensions] },
    })) ?? [];
  return file?.fsPath;
}
