import { basename } from 'node:path';
import { l10n } from 'vscode';
import type { ModelChain, UpscalingModel } from '../../server/protocol/upscaling.ts';
import { bundledModels } from '../../trainer/files/bundled-models.ts';
import { formatCount } from '../../trainer/format/format.ts';

export function singleModel(path: string): ModelChain {
  return { model: path, second: null, next: [] };
}

const checkpointPath =
  /([^\\/]+)[\\/]checkpoints[\\/](pretraining|training)-0*(\d+)(?:[\\/]generator\.safetensors)?$/;

const bundledPath = new RegExp(
  `[\\\\/]media[\\\\/]models[\\\\/](${bundledModels.join('|')})-x4\\.safetensors$`,
);

/**
 * The name of a model of which only the path is known: a bundled one, called as in lists, a checkpoint, the folder of a run,
 * or a file.
 */
export function modelName(path: string): string {
  const [, bundled] = bundledPath.exec(path) ?? [];
  if (bundled !== undefined) return bundled === 'photo' ? 'Photo x4' : 'Faithful x4';
  const [, run, stage, step] = checkpointPath.exec(path) ?? [];
  return run !== undefined && stage !== undefined ? checkpointName(run, stage, Number(step)) : basename(path);
}

export function checkpointName(run: string, stage: string, step: number): string {
  return `${basename(run)} · ${stage} ${formatCount(step)}`;
}

/** The name of a chain of models: `a.pth`, `a.pth and b.pth, α 0.5`, `a.pth, then b.pth`. */
export function chainName({ model, second, next }: ModelChain): string {
  const first = second
    ? l10n.t('{0} and {1}, α {2}', modelName(model), modelName(second.model), second.alpha)
    : modelName(model);
  return next.reduce((name, model) => l10n.t('{0}, then {1}', name, modelName(model)), first);
}

/** The factor of a chain; null where that of a model is not known. */
export function chainScale({ model, next }: ModelChain, models: readonly UpscalingModel[]): number | null {
  return [model, ...next].reduce((product: number | null, path) => {
    const scale = models.find((each) => each.path === path)?.scale ?? null;
    return product === null || scale === null ? null : product * scale;
  }, 1);
}

/** Whether the networks of two models have the same parameters, as far as known. */
export function isInterpolable(a: UpscalingModel | undefined, b: UpscalingModel): boolean {
  if (a === undefined || a.architecture === null) return b.architecture !== null;
  return (
    a.path !== b.path &&
    a.architecture === b.architecture &&
    a.scale === b.scale &&
    a.blocks === b.blocks &&
    a.channels === b.channels
  );
}
