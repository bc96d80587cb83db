import { stages } from '../run-state/run-state.ts';
import type { Path } from './problem.ts';
import type { Operation } from './resolved.ts';
import type { Finding, RunFile } from './run-file.ts';
import { subject } from './schema-problems.ts';

/** Contradictions in the list of operations, and data that it makes useless. */
export function degradationFindings(run: RunFile): Finding[] {
  const { degradation } = run.config;
  if (degradation.length === 0) return [];
  // The operations of a preset have no place in the text, and no problems.
  const own = run.source.has(['degradation', 0]) ? degradation : [];
  return [
    ...own.flatMap((operation, i) => [
      ...rangeFindings(operation, ['degradation', i]),
      ...weightFindings(operation, ['degradation', i]),
    ]),
    ...(own.length > 0 ? downscaleFindings(run) : []),
    ...orderFindings(own),
    ...givenFindings(run),
  ];
}

function rangeFindings(operation: Operation, path: Path): Finding[] {
  return Object.entries(operation).flatMap(([key, value]): Finding[] => {
    if (!Array.isArray(value)) return [];
    const [low, high] = value;
    const place = [...path, key];
    if (low > high) {
      const message = `${subject(place)} is [${low}, ${high}]: put the lower value first`;
      return [{ code: 'range-order', message, path: place }];
    }
    if (key !== 'size' || low !== high || low % 2 === 1) return [];
    const message = `${subject(place)} contains no odd number, but a kernel has a pixel in its center: use [${low - 1}, ${high + 1}]`;
    return [{ code: 'kernel-size', message, path: place }];
  });
}

/** Keys of which at least one must be above 0. */
function weightFindings(operation: Operation, path: Path): Finding[] {
  const zero = (names: string, place: Path): Finding => ({
    code: 'weights-zero',
    message: `${names} of ${subject(path)} are all 0: set one of them, or remove the operation`,
    path: place,
  });
  const areZero = (weights: object) => Object.values(weights).every((weight) => !(weight > 0));
  const findings: Finding[] = [];
  if (operation.op === 'blur' && areZero(operation.kernels))
    findings.push(zero('the weights in `kernels`', [...path, 'kernels']));
  if ('modes' in operation && areZero(operation.modes))
    findings.push(zero('the weights in `modes`', [...path, 'modes']));
  if (operation.op === 'resize' && operation.up + operation.down + operation.keep === 0)
    findings.push(zero('`up`, `down` and `keep`', [...path, 'up']));
  if (operation.op === 'noise' && operation.gaussian + operation.poisson === 0)
    findings.push(zero('`gaussian` and `poisson`', [...path, 'gaussian']));
  return findings;
}

/** The last size must be that of the LR patch. */
function downscaleFindings({ config: { degradation, scale_factor: scale } }: RunFile): Finding[] {
  const places = degradation.flatMap(({ op }, i) => (op === 'downscale' ? [i] : []));
  const [first, second] = places;
  const lastResize = degradation.findLastIndex(({ op }) => op === 'resize');
  const code = 'degradation-size';
  if (first === undefined) {
    if (scale === 1 && lastResize < 0) return [];
    const message = `\`degradation\` never makes the size of the LR patch, 1/${scale} of the HR patch: add \`- op: downscale\` after the last \`resize\`; operations after it act on the LR patch`;
    return [{ code, message, path: ['degradation'] }];
  }
  if (second !== undefined) {
    const message = `${subject(['degradation', second])} is a second \`downscale\`, but the patch has the size of the LR patch already: remove it`;
    return [{ code, message, path: ['degradation', second] }];
  }
  if (lastResize < first) return [];
  const message = `${subject(['degradation', lastResize])} changes the size after \`downscale\`, which makes the size of the LR patch: move it up`;
  const related = [[['degradation', first], '`downscale`']] as const;
  return [{ code, message, path: ['degradation', lastResize], related }];
}

function orderFindings(degradation: readonly Operation[]): Finding[] {
  if (degradation[0]?.order !== 'attached') return [];
  const path = ['degradation', 0, 'order'];
  return [
    {
      code: 'attached-to-nothing',
      message: `${subject(path)} is attached, but there is no operation before it`,
      path,
    },
  ];
}

/** LR images of training data sets that the run file names itself. */
function givenFindings({ config, source }: RunFile): Finding[] {
  if (config.degradation_probability < 1) return [];
  return stages.flatMap((stage) =>
    config[stage].train_datasets.flatMap((name): Finding[] => {
      const lr = ['datasets', name, 'lr'];
      const isOfValidation = source.has([...lr, 'val']) && !source.has([...lr, 'train']);
      if (!source.has(lr) || isOfValidation) return [];
      const path = source.has([...lr, 'train']) ? [...lr, 'train'] : lr;
      return [
        {
          code: 'lr-unused',
          severity: 'warning',
          message: `training does not use ${subject(path)}, because \`degradation\` makes the LR patches from HR: remove one of them, or set \`degradation_probability\` below 1`,
          path,
          related: [[['degradation'], 'the degradation']],
          stage,
        },
      ];
    }),
  );
}
