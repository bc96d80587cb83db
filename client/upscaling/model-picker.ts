import { stat } from 'node:fs/promises';
import {
  type Memento,
  type QuickPickItem,
  QuickPickItemKind,
  RelativePattern,
  ThemeIcon,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { ServerLink } from '../server/server-link.ts';
import { modelChoices } from './upscale-labels.ts';
import { modelFolders } from './upscale-settings.ts';

const key = 'upscale.model';
const extensions = ['safetensors', 'pth', 'pt', 'ckpt', 'onnx'];
const mostFiles = 500;

/** The model that was chosen last in this workspace, if it is still there. */
export async function lastModel(memento: Memento): Promise<string | undefined> {
  const path = memento.get<string>(key);
  const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
  return found && path;
}

/** Remembers a choice for the next time. */
export async function rememberModel(memento: Memento, path: string): Promise<void> {
  await memento.update(key, path);
}

/** Has the next time ask again. */
export async function forgetModel(memento: Memento): Promise<void> {
  await memento.update(key, undefined);
}

interface ModelItem extends QuickPickItem {
  /** `browse`: the person wants to choose a file. */
  readonly chosen?: string | 'browse';
}

/** Asks for a model, and remembers it; undefined where the person thinks better of it. */
export async function pickModel(link: ServerLink, memento: Memento): Promise<string | undefined> {
  const last = await lastModel(memento);
  const items = async (): Promise<ModelItem[]> => {
    const models = await link.request('esrgan/upscalingModels', { files: await filesOfWeights() });
    return [
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
      { label: 'Browse…', iconPath: new ThemeIcon('folder-opened'), chosen: 'browse' },
    ];
  };
  const picked = await window.showQuickPick(items(), {
    placeHolder: 'Upscale with which model?',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  const path = picked?.chosen === 'browse' ? await browse() : picked?.chosen;
  if (path !== undefined) await rememberModel(memento, path);
  return path;
}

async function browse(): Promise<string | undefined> {
  const [file] =
    (await window.showOpenDialog({
      title: 'Model to Upscale With',
      openLabel: 'Choose',
      filters: { Weights: extensions },
    })) ?? [];
  return file?.fsPath;
}

/** Files of weights in the workspace and in the folders that the settings name; not those in checkpoints of runs. */
async function filesOfWeights(): Promise<string[]> {
  const pattern = `**/*.{${extensions.join(',')}}`;
  const hidden = '**/{node_modules/**,checkpoints/{pretraining,training}-*/**}';
  const found = await Promise.all([
    workspace.findFiles(pattern, hidden, mostFiles),
    ...modelFolders().map((folder) =>
      workspace.findFiles(new RelativePattern(Uri.file(folder), pattern), hidden, mostFiles),
    ),
  ]);
  return found.flat().flatMap(({ scheme, fsPath }) => (scheme === 'file' ? [fsPath] : []));
}
