import { stat } from 'node:fs/promises';
import { l10n, type Memento, type QuickPickItem, QuickPickItemKind, ThemeIcon, window } from 'vscode';
import type { ServerLink } from '../server/server-link.ts';
import { findModelFiles, modelExtensions } from './model-files.ts';
import { modelChoices } from './upscale-labels.ts';

const key = 'upscale.model';

/** The model that was last chosen in this workspace, if it still exists. */
export async function lastModel(memento: Memento): Promise<string | undefined> {
  const path = memento.get<string>(key);
  const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
  return found && path;
}

export async function rememberModel(memento: Memento, path: string): Promise<void> {
  await memento.update(key, path);
}

export async function forgetModel(memento: Memento): Promise<void> {
  await memento.update(key, undefined);
}

interface ModelItem extends QuickPickItem {
  /** Path of the model; null: by the formats of the images; `browse` opens a file dialog. */
  readonly chosen?: string | null;
}

/** Lets the person pick a model and remembers it; null: a bundled one, by the formats of the images; undefined if the person cancels. */
export async function pickModel(link: ServerLink, memento: Memento): Promise<string | null | undefined> {
  const last = await lastModel(memento);
  const items = async (): Promise<ModelItem[]> => {
    const models = await link.request('esrgan/upscalingModels', { files: await findModelFiles() });
    return [
      {
        label: l10n.t('Automatic'),
        description: l10n.t('photo for JPEG, WebP and AVIF, faithful for other formats'),
        chosen: null,
      },
      ...modelChoices(models, last).map(
        (choice): ModelItem =>
          choice.kind === 'heading'
            ? { label: choice.label, kind: QuickPickItemKind.Separator }
            : {
                label: choice.label,
                description: choice.description,
                detail: choice.detail,
                chosen: choice.model.path,
              },
      ),
      { label: '', kind: QuickPickItemKind.Separator },
      { label: l10n.t('Browse…'), iconPath: new ThemeIcon('folder-opened'), chosen: 'browse' },
    ];
  };
  const picked = await window.showQuickPick(items(), {
    placeHolder: l10n.t('Choose a model'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  const path = picked?.chosen === 'browse' ? await browse() : picked?.chosen;
  if (path === null) await forgetModel(memento);
  else if (path !== undefined) await rememberModel(memento, path);
  return path;
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
