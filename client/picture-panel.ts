import { basename, dirname } from 'node:path';
import { type Disposable, Uri, type ViewColumn, type WebviewPanel, window } from 'vscode';
import type { PicturePair } from '../server/protocol/upscaling.ts';
import { list, record, text } from './parse.ts';
import { hostApp, type PanelServices } from './webview-panel.ts';

const viewType = 'esrgan.picture';

/** The panels that show pictures before and after. */
export interface PicturePanels extends Disposable {
  /** Shows these in a new panel, or in the one that shows just them, anew. */
  open(pairs: readonly PicturePair[], column: ViewColumn): void;
}

/** `copies` is a folder for copies of pictures that pages cannot draw. */
export function createPicturePanels(services: PanelServices, copies: string): PicturePanels {
  const panels = new Map<string, WebviewPanel>();

  const adopt = (pairs: readonly PicturePair[], panel: WebviewPanel) => {
    const key = JSON.stringify(pairs);
    panels.set(key, panel);
    panel.onDidDispose(() => {
      if (panels.get(key) === panel) panels.delete(key);
    });
    panel.title = titleOf(pairs);
    panel.iconPath = Uri.joinPath(services.extension, 'media', 'icons', 'compare.svg');
    const paths = new Set(pairs.flatMap(({ source, result }) => [source, result]));
    const app = {
      name: 'picture',
      title: panel.title,
      parameters: { pictures: key },
      folders: [...new Set([copies, ...[...paths].map((path) => dirname(path))])],
      ownAnswers: {
        async 'host/drawablePicture'({ path }: { path: string }) {
          if (!paths.has(path)) throw new Error(`${path} is not one of the pictures of this view.`);
          const drawable = await services.link.request('esrgan/drawablePicture', { path, folder: copies });
          return { ...drawable, uri: panel.webview.asWebviewUri(Uri.file(drawable.path)).toString() };
        },
      },
    };
    hostApp(panel, app, services);
  };

  const registration = window.registerWebviewPanelSerializer(viewType, {
    async deserializeWebviewPanel(panel, state: unknown) {
      const kept = parseState(state);
      if (kept) adopt(kept.pictures, panel);
      else panel.dispose();
    },
  });
  return {
    open(pairs, column) {
      const key = JSON.stringify(pairs);
      // A result may have been written anew: its page is too.
      panels.get(key)?.dispose();
      adopt(pairs, window.createWebviewPanel(viewType, titleOf(pairs), column));
    },
    dispose() {
      // The panels stay: a window that reloads brings them back.
      registration.dispose();
    },
  };
}

const parseState = record<{ pictures: readonly PicturePair[] }>({
  pictures: list(record<PicturePair>({ source: text, result: text })),
});

function titleOf(pairs: readonly PicturePair[]): string {
  const [only] = pairs;
  return only !== undefined && pairs.length === 1
    ? basename(only.result)
    : `${pairs.length} Upscaled Pictures`;
}
