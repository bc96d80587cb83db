import type { Command } from 'commander';
import { alignCells } from '../evaluate/table.ts';
import { type TensorDifference, type WeightsDifference, weightsDifference } from '../weights/difference.ts';
import { weightsOf } from './open-model.ts';
import { print } from './terminal.ts';

/** Adds `esrgan diff` to the command. */
export function registerDiff(program: Command): void {
  program
    .command('diff')
    .description('show the changes between two files of weights, layer by layer')
    .argument('<a>', 'a file of weights (.safetensors, .pth, .param), a checkpoint, or a run')
    .argument('<b>', 'another file of weights, checkpoint, or run')
    .option('--json', 'print one JSON object')
    .action((a: string, b: string, { json = false }: { json?: boolean }) => {
      const difference = weightsDifference(weightsOf(a), weightsOf(b));
      print(json ? `${JSON.stringify(difference)}\n` : differenceText(difference));
    });
}

/** A difference as text for a terminal. */
export function differenceText({ a, b, total, tensors, unmatched }: WeightsDifference): string {
  const head = ['tensor', 'shape', 'values', 'norm of b - a', 'relative', 'largest', 'not finite: a', 'b'];
  const lines = tensors.map((tensor) => [tensor.name, `[${tensor.shape.join(', ')}]`, ...cells(tensor)]);
  const table = alignCells([head, ...lines, ['all', '', ...cells(total)]], 2);
  const rest =
    unmatched.length === 0 ? '' : `\nOnly in one file, or of different shapes: ${unmatched.join(', ')}\n`;
  return `a: ${a}\nb: ${b}\n\n${table}\n${rest}`;
}

function cells({ count, norm, relative, largest, notFinite }: TensorDifference): string[] {
  const percent = relative === null ? '-' : `${(100 * relative).toPrecision(3)} %`;
  return [String(count), norm.toPrecision(4), percent, largest.toPrecision(4), ...notFinite.map(String)];
}
