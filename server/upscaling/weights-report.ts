import { basename, dirname } from 'node:path';
import { isTensorReport, isWeightsReport, type TensorReport } from '../../trainer/cli-output/reports.ts';
import { pathIdentity } from '../../trainer/files/paths.ts';
import { listCheckpoints } from '../../trainer/runs/checkpoints.ts';
import { runPaths } from '../../trainer/runs/run-directory.ts';
import { parseObject, unexpectedOutput } from '../command/run-command.ts';
import type { WeightsReport } from '../protocol/upscaling.ts';

/** Runs `esrgan inspect` with these arguments and returns its output; rejects with the command's own message. */
export type Inspect = (args: readonly string[]) => Promise<string>;

/** A file of weights and the checkpoint that it belongs to. */
export async function weightsReport(inspect: Inspect, file: string): Promise<WeightsReport> {
  const report = parseObject(await inspect(['--json', '--', file]));
  if (!isWeightsReport(report)) throw unexpectedOutput('inspect');
  return { ...report, checkpoint: checkpointOf(file, report.sha256) };
}

/** Statistics of the tensors of a file. */
export async function tensorReports(inspect: Inspect, file: string): Promise<TensorReport[]> {
  const output = await inspect(['--values', '--json', '--', file]);
  return output.split('\n').map(parseObject).filter(isTensorReport);
}

/** The checkpoint whose folder contains a file. */
function checkpointOf(file: string, sha256: string): WeightsReport['checkpoint'] {
  const path = dirname(file);
  const run = dirname(dirname(path));
  const identity = pathIdentity(path);
  const found = listCheckpoints(runPaths(run)).find((each) => pathIdentity(each.path) === identity);
  if (found === undefined) return null;
  const { stage, step, metrics, files } = found.state;
  const written = files[basename(file)]?.sha256;
  return { run, path, stage, step, metrics, isIntact: written === undefined ? null : written === sha256 };
}
