import type {
  BlurOperation,
  DownscaleOperation,
  JPEGOperation,
  NoiseOperation,
  Operation,
  ResizeOperation,
  SincOperation,
  WebPOperation,
} from '../../schemas/run-config.ts';

const usualModes = { area: 1, bilinear: 1, bicubic: 1 };

/** The kernels of Real-ESRGAN: `kernel_prob`, of which `sinc_prob` is taken. */
const usualKernels = {
  iso: 0.405,
  aniso: 0.225,
  generalized_iso: 0.108,
  generalized_aniso: 0.027,
  plateau_iso: 0.108,
  plateau_aniso: 0.027,
  sinc: 0.1,
};

/** The operations of a preset; `undefined` if there is no such preset. */
export function degradationPreset(name: string, scale: number): Operation[] | undefined {
  switch (name) {
    case 'real-esrgan':
      return realEsrgan;
    case 'real-esrgan-light':
      return realEsrganLight;
    case 'bsrgan':
      return bsrgan(scale);
    case 'compression-only':
      return compressionOnly;
    default:
      return undefined;
  }
}

/** Both orders, with the ranges of Real-ESRGAN's option file for x4plus (Wang et al. 2021). */
const realEsrgan: Operation[] = [
  blur({}),
  resize({}),
  noise({}),
  jpeg({}),
  blur({ p: 0.8, sigma: [0.2, 1.5] }),
  resize({ up: 0.3, down: 0.4, keep: 0.3, range: [0.3, 1.2], of: 'lr' }),
  noise({ sigma: [1, 25], scale: [0.05, 2.5] }),
  downscale({ order: 'shuffled' }),
  sinc({ order: 'attached' }),
  jpeg({ order: 'shuffled' }),
];

const realEsrganLight: Operation[] = [
  blur({ p: 0.8, size: [7, 15], sigma: [0.2, 1.5] }),
  resize({ up: 0.1, down: 0.5, keep: 0.4, range: [0.5, 1.2] }),
  noise({ p: 0.8, sigma: [1, 10], scale: [0.05, 1] }),
  downscale({ order: 'shuffled' }),
  sinc({ order: 'attached', p: 0.3 }),
  jpeg({ order: 'shuffled', quality: [60, 95] }),
];

/** The shuffled order of BSRGAN (Zhang et al. 2021), in the form of its published code, without the camera's pipeline. */
function bsrgan(scale: number): Operation[] {
  const blurred = blur({
    order: 'shuffled',
    kernels: { iso: 1, aniso: 1 },
    size: [7, 25],
    sigma: [0.1, 2 + 0.2 * scale],
  });
  return [
    ...(scale === 4 ? [resize({ p: 0.25, up: 0, down: 1, keep: 0, range: [0.5, 0.5] })] : []),
    blurred,
    blurred,
    resize({
      order: 'shuffled',
      up: 0,
      down: 1,
      keep: 0,
      range: [1 / (2 * scale), 1],
      uniform: 'divisor',
    }),
    downscale({ order: 'shuffled' }),
    noise({ order: 'shuffled', gaussian: 1, poisson: 0, sigma: [2, 25] }),
    jpeg({ order: 'shuffled', p: 0.9 }),
    jpeg({}),
  ];
}

const compressionOnly: Operation[] = [
  downscale({ modes: { matlab: 1 } }),
  jpeg({ p: 0.8 }),
  webp({ p: 0.2 }),
];

function blur(own: Partial<BlurOperation>): BlurOperation {
  return {
    op: 'blur',
    p: 1,
    kernels: usualKernels,
    size: [7, 21],
    sigma: [0.2, 3],
    beta_generalized: [0.5, 4],
    beta_plateau: [1, 2],
    order: 'fixed',
    ...own,
  };
}

function resize(own: Partial<ResizeOperation>): ResizeOperation {
  return {
    op: 'resize',
    p: 1,
    up: 0.2,
    down: 0.7,
    keep: 0.1,
    range: [0.15, 1.5],
    of: 'current',
    uniform: 'factor',
    modes: usualModes,
    order: 'fixed',
    ...own,
  };
}

function noise(own: Partial<NoiseOperation>): NoiseOperation {
  return {
    op: 'noise',
    p: 1,
    gaussian: 0.5,
    poisson: 0.5,
    sigma: [1, 30],
    scale: [0.05, 3],
    gray: 0.4,
    order: 'fixed',
    ...own,
  };
}

function jpeg(own: Partial<JPEGOperation>): JPEGOperation {
  return { op: 'jpeg', p: 1, quality: [30, 95], halved_chroma: 1, order: 'fixed', ...own };
}

function webp(own: Partial<WebPOperation>): WebPOperation {
  return { op: 'webp', p: 1, quality: [30, 95], order: 'fixed', ...own };
}

function sinc(own: Partial<SincOperation>): SincOperation {
  return { op: 'sinc', p: 0.8, size: [7, 21], cutoff: [1.047, 3.14], order: 'fixed', ...own };
}

function downscale(own: Partial<DownscaleOperation>): DownscaleOperation {
  return { op: 'downscale', modes: usualModes, order: 'fixed', ...own };
}
