import { basename, dirname, join } from 'node:path';
import {
  type CustomDocument,
  type CustomReadonlyEditorProvider,
  commands,
  type Disposable,
  l10n,
  Uri,
  window,
} from 'vscode';
import { hostApp, type PanelServices } from '../webviews/webview-panel.ts';
import { convertedName, convertWeights } from './convert-weights.ts';

const viewType = 'esrgan.weights';

/** Registers the read-only editor of weights. */
export function registerWeightsEditor(services: PanelServices): Disposable {
  const provider: CustomReadonlyEditorProvider = {
    openCustomDocument: (uri): CustomDocument => ({ uri, dispose() {} }),
    resolveCustomEditor({ uri }, panel) {
      const file = uri.fsPath;
      hostApp(
        panel,
        {
          name: 'weights',
          title: basename(file),
          parameters: { file },
          folders: [],
          handlers: {
            async 'host/upscaleWith'() {
              await commands.executeCommand('esrgan.upscaleWith', { model: file });
              return null;
            },
            'host/convertWeights': async () => ({
              path: await convertWeights(services.link, {
                source: file,
                title: l10n.t('Convert {0}', basename(file)),
                saveLabel: l10n.t('Convert'),
                suggested: Uri.file(join(dirname(file), convertedName(file))),
              }),
            }),
            'host/pickWeights': async () => ({ path: await pickWeights(file) }),
            async 'host/openAsText'() {
              await commands.executeCommand('vscode.openWith', uri, 'default');
              return null;
            },
          },
        },
        services,
      );
    },
  };
  return window.registerCustomEditorProvider(viewType, provider, {
    supportsMultipleEditorsPerDocument: true,
  });
}

async function pickWeights(file: string): Promise<string | null> {
  const [other] =
    (await window.showOpenDialog({
      title: l10n.t('Compare {0} With', basename(file)),
      openLabel: l10n.t('Compare'),
      defaultUri: Uri.file(dirname(file)),
      filters: { [l10n.t('Weights')]: ['safetensors', 'pth', 'pt', 'ckpt', 'param'] },
    })) ?? [];
  return other?.fsPath ?? null;
}
