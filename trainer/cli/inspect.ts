import type { Command } from 'commander';
import { describeWeights, type WeightsDescription } from '../weights/describe.ts';
import { weightsOf } from './open-model.ts';

/** Adds `esrgan inspect` to the command. */
export function registerInspect(program: Command): void {
  program
    .command('inspect')
    .description('say what a file of weights holds, without running anything in it')
    .argument('<file>', 'a file of weights (.safetensors, .pth, .onnx), a checkpoint, or a run')
    .option('--json', 'one JSON object, with all tensors')
    .action((name: string, { json = false }: { json?: boolean }) => {
      const description = describeWeights(weightsOf(name));
      const lines = json ? [JSON.stringify(description)] : descriptionLines(description);
      for (const line of lines) process.stdout.write(`${line}\n`);
    });
}

/** A description for people; the tensors are listed where the net is not known. */
export function descriptionLines(description: WeightsDescription): string[] {
  const { path, bytes, format, architecture, reason, layout, options, wrapper, tensors } = description;
  const facts: [string, string][] = [
    ['file', path],
    ['format', `${format}, ${(bytes / 1e6).toFixed(1)} MB`],
    ['architecture', architecture ?? 'unknown'],
    ...(layout === null ? [] : [['layout', layout] satisfies [string, string]]),
    ...Object.entries(options ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
    ...(wrapper.length === 0 ? [] : [['wrapped in', wrapper.join(' > ')] satisfies [string, string]]),
    ['tensors', `${tensors.length} of ${description.dtypes.join(', ')}`],
    ['parameters', description.parameters.toLocaleString('en')],
    ...Object.entries(description.metadata).map(([key, text]): [string, string] => [`says ${key}`, text]),
  ];
  const width = Math.max(...facts.map(([key]) => key.length)) + 2;
  const list = tensors.map(({ name, dtype, shape }) => `  ${name}  ${dtype} [${shape.join(', ')}]`);
  return [
    ...facts.map(([key, value]) => `${key.padEnd(width)}${printable(value)}`),
    ...(reason === null ? [] : ['', reason, '', ...list.map(printable)]),
  ];
}

/** Texts of a stranger's file must not command the terminal. */
function printable(text: string): string {
  const shown = text.replaceAll(/\p{Cc}/gu, ' ');
  return shown.length > 300 ? `${shown.slice(0, 300)}…` : shown;
}
