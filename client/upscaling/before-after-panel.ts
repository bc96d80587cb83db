import { basename, dirname } from 'node:path';
import { type Disposable, l10n, type Memento, Uri, type ViewColumn, type WebviewPanel, window } from 'vscode';
import type { ImagePair } from '../../server/protocol/upscaling.ts';
import { isList, isNullable, isObject, isString } from '../../trainer/guards/guards.ts';
import { createOpenedPages } from '../webviews/opened-pages.ts';
import { hostApp, type PanelServices } from '../webviews/webview-panel.ts';

const viewType = 'esrgan.beforeAfter';

/** The panels that show images before and after upscaling. */
export interface BeforeAfterPanels extends Disposable {
  /** Opens a panel for these images. It replaces one for the same images, whose results may have been rewritten. */
  open(pairs: readonly ImagePair[], column: ViewColumn): void;
}

/** `copies` is a folder for copies of images that pages cannot display. */
export function createBeforeAfterPanels(
  services: PanelServices,
  memento: Memento,
  copies: string,
): BeforeAfterPanels {
  const panels = new Map<string, WebviewPanel>();
  const opened = createOpenedPages(memento, 'esrgan.beforeAfterPanels');

  const adopt = (pairs: readonly ImagePair[], panel: WebviewPanel) => {
    const key = JSON.stringify(pairs);
    panels.set(key, panel);
    panel.onDidDispose(() => {
      if (panels.get(key) === panel) panels.delete(key);
    });
    panel.title = titleOf(pairs);
    panel.iconPath = Uri.joinPath(services.extension, 'media', 'icons', 'compare.svg');
    const paths = new Set(pathsOf(pairs));
    const app = {
      name: 'before-after',
      title: panel.title,
      parameters: { images: key },
      folders: [...new Set([copies, ...[...paths].map((path) => dirname(path))])],
      handlers: {
        async 'host/displayableImage'({ path }: { path: string }) {
          if (!paths.has(path)) throw new Error(l10n.t('{0} is not an image of this view.', path));
          const displayable = await services.link.request('esrgan/displayableImage', {
            path,
            folder: copies,
          });
          return { ...displayable, uri: panel.webview.asWebviewUri(Uri.file(displayable.path)).toString() };
        },
      },
    };
    hostApp(panel, app, services);
  };

  const registration = window.registerWebviewPanelSerializer(viewType, {
    async deserializeWebviewPanel(panel, state: unknown) {
      if (isState(state) && opened.has(pathsOf(state.images))) adopt(state.images, panel);
      else panel.dispose();
    },
  });
  return {
    open(pairs, column) {
      const key = JSON.stringify(pairs);
      panels.get(key)?.dispose();
      void opened.add(pathsOf(pairs));
      adopt(pairs, window.createWebviewPanel(viewType, titleOf(pairs), column));
    },
    dispose() {
      // Panels stay open: VS Code restores them when the window reloads.
      registration.dispose();
    },
  };
}

/** The state that a page saved, of this version or an older one. */
const isState = isObject({
  images: isList(isObject<ImagePair>({ source: isString, result: isString, model: isNullable(isString) })),
});

function pathsOf(pairs: readonly ImagePair[]): string[] {
  return pairs.flatMap(({ source, result }) => [source, result]);
}

function titleOf(pairs: readonly ImagePair[]): string {
  const [only] = pairs;
  return only !== undefined && pairs.length === 1
    ? basename(only.result)
    : l10n.t('{0} Upscaled Images', pairs.length);
}
