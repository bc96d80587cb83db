import { type Command, InvalidArgumentError } from 'commander';
import type { Evaluation, TestSet } from '../evaluate/evaluate.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { evaluationTables } from '../evaluate/table.ts';
import type { ProtocolName } from '../metrics/protocols.ts';
import { isProtocolName, protocols } from '../metrics/protocols.ts';
import { bicubicUpscaler } from '../upscale/bicubic.ts';
import { createReporter } from './terminal.ts';
import type { OpenModel } from './upscale.ts';

interface Flags {
  readonly data: TestSet[];
  readonly protocol: ProtocolName[];
  readonly scale: number;
  readonly engine: string;
  readonly json?: boolean;
}

/** Adds `esrgan evaluate` to the command. */
export function registerEvaluate(program: Command, openModel: OpenModel): void {
  program
    .command('evaluate')
    .description('measure models on test sets')
    .argument('<model...>', 'checkpoints, runs, .safetensors files, or bicubic')
    .requiredOption(
      '--data <name=folder>',
      'test set: a folder with HR/ and, if given, LR_x<scale>/; may be repeated',
      parseTestSet,
    )
    .option(
      '--protocol <names>',
      `with commas between them: ${Object.keys(protocols).join(', ')}`,
      parseProtocols,
      ['paper-y', 'rgb'],
    )
    .option('--scale <factor>', 'enlargement by bicubic; a net has its own', parseScale, 4)
    .option('--engine <engine>', 'cuda, tensorflow, webgpu, cpu, or auto', 'auto')
    .option('--json', 'print JSON')
    .action(async (models: string[], { data, protocol, scale, engine, json }: Flags) => {
      const evaluations: Evaluation[] = [];
      for (const model of models) {
        const upscaler = model === 'bicubic' ? bicubicUpscaler(scale) : await openModel(model, { engine });
        try {
          for (const testSet of data) {
            evaluations.push(...(await evaluateWithProgress(upscaler, testSet, protocol)));
          }
        } finally {
          await upscaler.close();
        }
      }
      process.stdout.write(json ? `${JSON.stringify(evaluations)}\n` : evaluationTables(evaluations));
    });
}

async function evaluateWithProgress(
  ...[upscaler, testSet, protocolNames]: Parameters<typeof evaluate>
): Promise<Evaluation[]> {
  if (!process.stderr.isTTY) return evaluate(upscaler, testSet, protocolNames);
  const reporter = createReporter({ json: false, stream: process.stderr });
  try {
    return await evaluate(upscaler, testSet, protocolNames, (image, images) =>
      reporter.progress(`${upscaler.name} on ${testSet.name}: image ${image} of ${images}`),
    );
  } finally {
    reporter.done();
  }
}

function parseTestSet(text: string, earlier: TestSet[] = []): TestSet[] {
  const equals = text.indexOf('=');
  if (equals < 1 || equals === text.length - 1) {
    throw new InvalidArgumentError('It must be a name and a folder, such as set5=data/set5.');
  }
  return [...earlier, { name: text.slice(0, equals), dir: text.slice(equals + 1) }];
}

function parseProtocols(text: string): ProtocolName[] {
  const names = text.split(',').map((name) => name.trim());
  return names.map((name) => {
    if (isProtocolName(name)) return name;
    throw new InvalidArgumentError(`${name} is none of ${Object.keys(protocols).join(', ')}.`);
  });
}

function parseScale(text: string): number {
  if (!/^[1248]$/.test(text)) throw new InvalidArgumentError('It must be 1, 2, 4 or 8.');
  return Number(text);
}
