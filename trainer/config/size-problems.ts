import { stages } from '../run-state/run-state.ts';
import type { Finding, RunFile } from './run-file.ts';
import { subject } from './schema-problems.ts';

/** Side length in pixels; smaller LR patches have too little context for the network. */
export const smallestUsefulPatch = 8;

/** Checks that patches and crops fit the scale and that dropout holes fit the patch. */
export function sizeFindings({ config, source }: RunFile): Finding[] {
  const scale = config.scale_factor;
  const scalePlace = [['scale_factor'], `\`scale_factor\` is ${scale}`] as const;
  const findings: Finding[] = [];
  /** Sizes that the file leaves out, which the scale does not divide, as it would write them. */
  const defaults: string[] = [];

  function divisible(
    path: readonly [string, string],
    size: readonly number[],
    code: string,
    stage?: Finding['stage'],
  ) {
    if (size.every((side) => side % scale === 0)) return;
    const near = size.map((side) => Math.max(1, Math.round(side / scale)) * scale);
    if (!source.has(path)) {
      defaults.push(`\`${path[0]}: { ${path[1]}: ${list(near)} }\``);
      return;
    }
    findings.push({
      code,
      message: `${subject(path)} is ${list(size)}, not a multiple of \`scale_factor\` ${scale}: use ${list(near)}`,
      path,
      related: [scalePlace],
      ...(stage && { stage }),
    });
  }

  const hasTraining = source.has(['training']) || !source.has(['pretraining']);
  for (const stage of stages) {
    if (stage === 'training' && !hasTraining) continue;
    const path = [stage, 'cr_patch_size'] as const;
    const patch = config[stage].cr_patch_size;
    divisible(path, patch, 'patch-not-divisible', stage);
    const lr = Math.min(...patch) / scale;
    if (lr >= smallestUsefulPatch) continue;
    findings.push({
      code: 'patch-too-small',
      severity: 'warning',
      message: `${subject(path)} is ${list(patch)}, which is only ${lr} pixels in the LR image: use at least ${smallestUsefulPatch * scale}`,
      path,
      related: [scalePlace],
      stage,
    });
  }
  if (config.validation.crop_size)
    divisible(['validation', 'crop_size'], config.validation.crop_size, 'crop-not-divisible');
  if (config.samples.count > 0)
    divisible(['samples', 'crop_size'], config.samples.crop_size, 'crop-not-divisible');
  if (defaults.length > 0) {
    findings.push({
      code: 'default-size-not-divisible',
      message: `\`scale_factor\` is ${scale}, but the default sizes are no multiples of it: set ${defaults.join(', ')}`,
      path: ['scale_factor'],
    });
  }

  const { dropout } = config.augmentation;
  const lrPatch = Math.min(...config.pretraining.cr_patch_size) / scale;
  if (dropout && dropout.p > 0 && dropout.size > lrPatch) {
    findings.push({
      code: 'hole-larger-than-patch',
      message: `\`augmentation.dropout.size\` is ${dropout.size}, but the LR patch is only ${lrPatch} pixels wide or high`,
      path: ['augmentation', 'dropout', 'size'],
      related: [[['pretraining', 'cr_patch_size'], 'patch size'], scalePlace],
      stage: 'pretraining',
    });
  }
  return findings;
}

function list(size: readonly number[]): string {
  return `[${size.join(', ')}]`;
}
