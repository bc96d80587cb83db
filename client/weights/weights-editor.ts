import { basename, dirname, extname, join } from 'node:path';
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

const viewType = 'esrgan.weights';

/** The formats that `esrgan convert` writes, with their extensions. */
const formats = { safetensors: ['safetensors'], PyTorch: ['pth'], ONNX: ['onnx'] };

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
            'host/convertWeights': async () => ({ path: await convert(file) }),
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

  async function convert(file: string): Promise<string | null> {
    const name = basename(file, extname(file));
    const other = extname(file).toLowerCase() === '.safetensors' ? '.pth' : '.safetensors';
    const to = await window.showSaveDialog({
      title: l10n.t('Convert {0}', basename(file)),
      saveLabel: l10n.t('Convert'),
      defaultUri: Uri.file(join(dirname(file), name + other)),
      filters: formats,
    });
    if (to === undefined) return null;
    if (to.fsPath === file)
      throw new Error(l10n.t('A file cannot be converted to itself. Choose another name.'));
    await services.link.request('esrgan/convertWeights', { file, output: to.fsPath });
    return to.fsPath;
  }
}

async function pickWeights(file: string): Promise<string | null> {
  const [other] =
    (await window.showOpenDialog({
      title: l10n.t('Compare {0} With', basename(file)),
      openLabel: l10n.t('Compare'),
      defaultUri: Uri.file(dirname(file)),
      filters: { [l10n.t('Weights')]: ['safetensors', 'pth', 'pt', 'ckpt'] },
    })) ?? [];
  return other?.fsPath ?? null;
}
