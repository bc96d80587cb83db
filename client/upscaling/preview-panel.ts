import { basename, dirname } from 'node:path';
import {
  CancellationTokenSource,
  commands,
  type Disposable,
  l10n,
  type Memento,
  Uri,
  type ViewColumn,
  type WebviewPanel,
  window,
} from 'vscode';
import type { ModelChain, UpscalingModel } from '../../server/protocol/upscaling.ts';
import type { PreviewedModel, PreviewRegion } from '../../server/protocol/webview.ts';
import { isList, isObject, isString } from '../../trainer/guards/guards.ts';
import { isModelChain, modelsOf } from '../../trainer/guards/model-chain.ts';
import { createOpenedPages } from '../webviews/opened-pages.ts';
import { hostApp, type PanelServices } from '../webviews/webview-panel.ts';
import { chainName, chainScale, singleModel } from './model-chains.ts';
import { allModels, areThere, lastModels, pickModels } from './model-picker.ts';
import { chooseModels } from './output-choice.ts';
import { modelLabel } from './upscale-labels.ts';
import { upscalingEngine } from './upscale-settings.ts';

const viewType = 'esrgan.upscalingPreview';

/** The panels that show a region of an image upscaled by several models; each image has at most one. */
export interface PreviewPanels extends Disposable {
  /** Opens the panel of an image. */
  open(image: string, column: ViewColumn): Promise<void>;
}

/** The models of the last preview of this workspace. */
const modelsKey = 'upscale.previewedModels';

/** How many models a first preview has. */
const firstModels = 3;

/** `copies` is a folder for upscaled regions and for copies of images that pages cannot display. */
export function createPreviewPanels(
  services: PanelServices,
  memento: Memento,
  copies: string,
): PreviewPanels {
  const { link } = services;
  const panels = new Map<string, WebviewPanel>();
  const opened = createOpenedPages(memento, 'esrgan.upscalingPreviews');

  const adopt = (image: string, panel: WebviewPanel) => {
    panels.set(image, panel);
    panel.title = titleOf(image);
    panel.iconPath = Uri.joinPath(services.extension, 'media', 'icons', 'compare.svg');
    let chains: Promise<readonly ModelChain[]> = firstChains();
    let cancel = new CancellationTokenSource();
    const stop = () => {
      cancel.cancel();
      cancel.dispose();
      cancel = new CancellationTokenSource();
    };
    panel.onDidDispose(() => {
      stop();
      if (panels.get(image) === panel) panels.delete(image);
    });
    panel.onDidChangeViewState(() => {
      // A hidden page is discarded.
      if (!panel.visible) stop();
    });
    const described = async (): Promise<{ models: readonly PreviewedModel[] }> => {
      const models = await chains;
      const known = await allModels(link, models.flatMap(modelsOf));
      return { models: models.map((chain) => describedChain(chain, known)) };
    };
    const change = async (next: readonly ModelChain[]) => {
      chains = Promise.resolve(next);
      await memento.update(modelsKey, next);
      return described();
    };
    const chainOf = async (id: string): Promise<ModelChain> => {
      const found = (await chains).find((chain) => idOf(chain) === id);
      if (found === undefined) throw new Error(l10n.t('The preview has no such model.'));
      return found;
    };
    const uriOf = (path: string) => panel.webview.asWebviewUri(Uri.file(path)).toString();
    hostApp(
      panel,
      {
        name: 'upscaling-preview',
        title: panel.title,
        parameters: { image },
        folders: [copies, dirname(image)],
        handlers: {
          async 'host/displayableImage'({ path }) {
            if (path !== image) throw new Error(l10n.t('{0} is not an image of this view.', path));
            const displayable = await link.request('esrgan/displayableImage', { path, folder: copies });
            return { ...displayable, uri: uriOf(displayable.path) };
          },
          'host/previewedModels': described,
          async 'host/addPreviewedModel'() {
            const picked = await pickModels(link, memento);
            const chain = picked && (await chooseModels(link, picked));
            const current = await chains;
            if (chain === undefined || current.some((each) => idOf(each) === idOf(chain))) return described();
            return change([...current, chain]);
          },
          'host/removePreviewedModel': async ({ id }) =>
            change((await chains).filter((chain) => idOf(chain) !== id)),
          async 'host/previewRegion'({ id, ...query }: PreviewRegion) {
            const { token } = cancel;
            const models = id === null ? null : await chainOf(id);
            const how = { image, models, engine: upscalingEngine(), folder: copies };
            const { path, ...result } = await link.request(
              'esrgan/previewRegion',
              { ...query, ...how },
              token,
            );
            return { ...result, uri: uriOf(path) };
          },
          async 'host/cancelPreview'() {
            stop();
            return null;
          },
          async 'host/upscalePreviewed'({ id }) {
            await commands.executeCommand('esrgan.upscale', { image, models: await chainOf(id) });
            return null;
          },
        },
      },
      services,
    );
  };

  /** The models of the last preview; at first the last used one, the bundled ones, then others. */
  async function firstChains(): Promise<readonly ModelChain[]> {
    const saved = memento.get<unknown>(modelsKey);
    const isThere = isList(isModelChain)(saved) ? await Promise.all(saved.map(areThere)) : [];
    const remembered = isList(isModelChain)(saved) ? saved.filter((_, index) => isThere[index]) : [];
    if (remembered.length > 0) return remembered;
    const last = await lastModels(memento);
    const usable = (await allModels(link)).filter(({ problem }) => problem === null);
    const chains = [...(last ? [last] : []), ...usable.map(({ path }) => singleModel(path))];
    return [...new Map(chains.map((chain) => [idOf(chain), chain])).values()].slice(0, firstModels);
  }

  const registration = window.registerWebviewPanelSerializer(viewType, {
    async deserializeWebviewPanel(panel, state: unknown) {
      if (isState(state) && opened.has(state.image)) adopt(state.image, panel);
      else panel.dispose();
    },
  });
  return {
    async open(image, column) {
      const shown = panels.get(image);
      if (shown !== undefined) {
        shown.reveal();
        return;
      }
      await opened.add(image);
      adopt(image, window.createWebviewPanel(viewType, titleOf(image), column));
    },
    dispose() {
      // Panels stay open: VS Code restores them when the window reloads.
      registration.dispose();
    },
  };
}

/** The state that a page saved, of this version or an older one. */
const isState = isObject({ image: isString });

function idOf(chain: ModelChain): string {
  return JSON.stringify([chain.model, chain.second, chain.next]);
}

function describedChain(chain: ModelChain, known: readonly UpscalingModel[]): PreviewedModel {
  const isSingle = chain.second === null && chain.next.length === 0;
  const only = isSingle ? known.find(({ path }) => path === chain.model) : undefined;
  const name = only ? modelLabel(only) : chainName(chain);
  return { id: idOf(chain), name, scale: chainScale(chain, known) };
}

function titleOf(image: string): string {
  return l10n.t('Preview of {0}', basename(image));
}
