import { expect, test } from 'vitest';
import {
  chainName,
  chainScale,
  isInterpolable,
  modelName,
  singleModel,
} from '../../../../client/upscaling/model-chains.ts';
import type { ModelChain, UpscalingModel } from '../../../../server/protocol/upscaling.ts';
import { modelsOf } from '../../../../trainer/guards/model-chain.ts';

function model(path: string, parts: Partial<UpscalingModel> = {}): UpscalingModel {
  return {
    path,
    source: { kind: 'file' },
    bytes: 1,
    architecture: 'ESRGAN',
    format: 'safetensors',
    scale: 4,
    blocks: 2,
    channels: 32,
    metadata: {},
    problem: null,
    ...parts,
  };
}

const psnr = model('/w/psnr.pth');
const gan = model('/w/gan.pth');
const clean = model('/w/1x-clean.pth', { scale: 1 });
const any = model('/w/any.onnx', { architecture: null, scale: null, blocks: null, channels: null });
const blended: ModelChain = { model: psnr.path, second: { model: gan.path, alpha: 0.3 }, next: [] };

test.each<[ModelChain, string, string[], number | null]>([
  [singleModel(psnr.path), 'psnr.pth', [psnr.path], 4],
  [blended, 'psnr.pth and gan.pth, α 0.3', [psnr.path, gan.path], 4],
  [
    { model: clean.path, second: null, next: [psnr.path, gan.path] },
    '1x-clean.pth, then psnr.pth, then gan.pth',
    [clean.path, psnr.path, gan.path],
    16,
  ],
  [
    { ...blended, next: [any.path] },
    'psnr.pth and gan.pth, α 0.3, then any.onnx',
    [psnr.path, gan.path, any.path],
    null,
  ],
  [singleModel('/elsewhere/x.pth'), 'x.pth', ['/elsewhere/x.pth'], null],
])('models together: %j', (chain, name, paths, scale) => {
  expect(chainName(chain)).toBe(name);
  expect(modelsOf(chain)).toEqual(paths);
  expect(chainScale(chain, [psnr, gan, clean, any])).toBe(scale);
});

test.each([
  ['models of the same network', psnr, gan, true],
  ['a model and itself', psnr, psnr, false],
  ['models of another scale', psnr, clean, false],
  ['models of another width', psnr, model('/w/b.pth', { channels: 64 }), false],
  ['an ONNX file, which has no parameters by name', psnr, any, false],
  ['any network where the first is not known', undefined, gan, true],
  ['an ONNX file where the first is not known', undefined, any, false],
])('%s: whether they can be interpolated', (_, first, second, expected) => {
  expect(isInterpolable(first, second)).toBe(expected);
});

test.each([
  ['/w/runs/photos/checkpoints/training-00088210', 'photos · training 88,210'],
  ['/w/runs/photos/checkpoints/pretraining-300/generator.safetensors', 'photos · pretraining 300'],
  ['C:\\w\\runs\\photos\\checkpoints\\training-5', 'photos · training 5'],
  ['/w/runs/photos', 'photos'],
  ['/w/models/RealESRGAN_x4plus.pth', 'RealESRGAN_x4plus.pth'],
  ['/x/media/models/photo-x4.safetensors', 'Photo x4'],
  ['C:\\x\\media\\models\\faithful-x4.safetensors', 'Faithful x4'],
  ['/w/models/photo-x4.safetensors', 'photo-x4.safetensors'],
])('the model %s is called %s', (path, expected) => expect(modelName(path)).toBe(expected));
