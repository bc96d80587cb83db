#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import type { OnnxProvider } from '../engine/onnx-engine.ts';
import { probe } from '../engine/probe.ts';
import { exitCodes, WorkbenchError } from '../errors/errors.ts';
import { toolVersion } from '../tool-version.ts';
import { registerCompare } from './compare.ts';
import { registerControl } from './control.ts';
import { registerConvert } from './convert.ts';
import { registerData } from './data.ts';
import { registerDiff } from './diff.ts';
import { registerDisplayable } from './displayable.ts';
import { registerDoctor } from './doctor.ts';
import { registerEvaluate } from './evaluate.ts';
import { registerInspect } from './inspect.ts';
import { registerInterpolate } from './interpolate.ts';
import { openModel, weightsOf } from './open-model.ts';
import { registerPreview } from './preview.ts';
import { registerRuns } from './runs.ts';
import { registerTrain } from './train.ts';
import { registerUpscale } from './upscale.ts';
import { registerWeights } from './weights.ts';

// Errors then name lines of the sources, such as the line of a model that an engine cannot compile.
process.setSourceMapsEnabled(true);

// Whoever reads the output may have seen enough, as `head` does: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const program = new Command('esrgan')
  .description('Train super-resolution networks, measure them, and upscale images.')
  .version(toolVersion)
  .exitOverride();

registerTrain(program);
registerRuns(program);
registerControl(program);
registerUpscale(program, openModel);
registerEvaluate(program, openModel, weightsOf);
registerCompare(program);
registerData(program);
registerWeights(program);
registerConvert(program);
registerInterpolate(program);
registerInspect(program);
registerDiff(program);
registerPreview(program);
registerDisplayable(program);
registerDoctor(program);
program.command('probe <provider>', { hidden: true }).action(async (provider: OnnxProvider) => {
  process.stdout.write(`${JSON.stringify(await probe(provider))}\n`);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
  // What was cancelled may leave an engine or an encoder at work for long; their files are gone.
  if (process.exitCode === exitCodes.interrupted) process.exit();
}

/** Says what went wrong and gives the exit code for it. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (error instanceof WorkbenchError) {
    process.stderr.write(`${error.message}\n`);
    return exitCodes[error.code];
  }
  process.stderr.write(`This is a defect of ESRGAN Workbench; please report it.\n`);
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return exitCodes.internal;
}
