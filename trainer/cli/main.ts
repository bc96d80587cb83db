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
import { registerImport } from './import.ts';
import { registerInspect } from './inspect.ts';
import { registerInterpolate } from './interpolate.ts';
import { registerLanguageServer } from './language-server.ts';
import { surviveLostOutput } from './lost-output.ts';
import { registerMirror } from './mirror.ts';
import { registerModels } from './models.ts';
import { registerNew } from './new.ts';
import { registerNotes } from './notes.ts';
import { openModel, wholeWeightsOf } from './open-model.ts';
import { registerPatches } from './patches.ts';
import { registerPreview } from './preview.ts';
import { registerPreviewRegion } from './preview-region.ts';
import { registerProfile } from './profile.ts';
import { registerRuns } from './runs.ts';
import { registerSubmit } from './submit.ts';
import { print, printError } from './terminal.ts';
import { registerTrain } from './train.ts';
import { registerUpscale } from './upscale.ts';
import { registerWeights } from './weights.ts';

// Stack traces name lines of the sources, such as the line of a model that an engine cannot compile.
process.setSourceMapsEnabled(true);

surviveLostOutput();

const program = new Command('esrgan')
  .description('Train super-resolution networks, measure them, and upscale images.')
  .version(toolVersion)
  .configureOutput({ writeOut: print, writeErr: printError })
  .exitOverride();

registerNew(program);
registerImport(program);
registerTrain(program);
registerSubmit(program);
registerRuns(program);
registerControl(program);
registerNotes(program);
registerMirror(program);
registerUpscale(program, openModel, wholeWeightsOf);
registerEvaluate(program, openModel, wholeWeightsOf);
registerCompare(program);
registerData(program);
registerWeights(program);
registerModels(program);
registerConvert(program);
registerInterpolate(program);
registerInspect(program);
registerDiff(program);
registerPreview(program);
registerPreviewRegion(program, openModel, wholeWeightsOf);
registerPatches(program);
registerDisplayable(program);
registerDoctor(program);
registerProfile(program);
registerLanguageServer(program);
program.command('probe <provider>', { hidden: true }).action(async (provider: OnnxProvider) => {
  print(`${JSON.stringify(await probe(provider))}\n`);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportError(error);
  // After a cancel an engine or an encoder may still be busy for a while; their files are already deleted.
  if (process.exitCode === exitCodes.interrupted) process.exit();
}

/** Prints the error and returns its exit code. */
function reportError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (error instanceof WorkbenchError) {
    printError(`${error.message}\n`);
    return exitCodes[error.code];
  }
  printError('This is a bug in ESRGAN Workbench. Please report it.\n');
  printError(`${error instanceof Error ? error.stack : String(error)}\n`);
  return exitCodes.internal;
}
