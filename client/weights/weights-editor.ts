import { basename, dirname, extname, join } from 'node:path';
import {
  type CustomDocument,
  type CustomReadonlyEditorProvider,
  commands,
  type Disposable,
  Uri,
  window,
} from 'vscode';
import { hostApp, type PanelServices } from '../webviews/webview-panel.ts';

const viewType = 'esrgan.weights';

/** What `esrgan convert` writes, by extension. */
const formats = { safetensors: ['safetensors'], PyTorch: ['pth'], ONNX: ['onnx'] };

/** Registers the editor of files of weights, which shows what they are and changes nothing. */
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
            'host/pickWeights': async () => ({ path: await pickOther(file) }),
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
      title: `Convert ${basename(file)}`,
      saveLabel: 'Convert',
      defaultUri: Uri.file(join(dirname(file), name + other)),
      filters: formats,
    });
    if (to === undefined) return null;
    if (to.fsPath === file) throw new Error('A file cannot be converted into itself: choose another name.');
    await services.link.request('esrgan/convertWeights', { file, output: to.fsPath });
    return to.fsPath;
  }
}

async function pickOther(file: string): Promise<string | null> {
  const [other] =
    (await window.showOpenDialog({
      title: `Compare ${basename(file)} With`,
      openLabel: 'Compare',
      defaultUri: Uri.file(dirname(file)),
      filters: { Weights: ['safetensors', 'pth', 'pt', 'ckpt'] },
    })) ?? [];
  return other?.fsPath ?? null;
}
