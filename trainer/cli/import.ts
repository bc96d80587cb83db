import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { WorkbenchError } from '../errors/errors.ts';
import { importOptions } from '../import/import-options.ts';
import { writeFileAtomic, writeNewFileAtomic } from '../runs/atomic-file.ts';
import { existingFile, overwriteOption } from './overwrite.ts';
import { createReporter } from './terminal.ts';

interface Flags {
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** Adds `esrgan import` to the command. */
export function registerImport(program: Command): void {
  program
    .command('import')
    .description(
      'write a run file from an option file of BasicSR, Real-ESRGAN, traiNNer-redux, neosr or KAIR',
    )
    .argument('<options>', 'an option file for training (.yml, .toml, .json)')
    .argument('[run]', 'run file to write (default: named after the run, next to the option file)')
    .option(...overwriteOption)
    .option('--json', 'print one JSON object')
    .action((options: string, run: string | undefined, { overwrite = false, json = false }: Flags) => {
      if (!existsSync(options) || !statSync(options).isFile())
        throw new WorkbenchError('usage', `The file ${options} does not exist.`);
      const imported = importOptions(readFileSync(options, 'utf8'));
      if ('problem' in imported) throw new WorkbenchError('config', `${options}: ${imported.problem}`);
      const { text, notes, advice, name } = imported;
      const output = run ?? join(dirname(options), `${name}.esrgan.yaml`);
      if (!existsSync(dirname(resolve(output))))
        throw new WorkbenchError('usage', `The folder ${dirname(resolve(output))} does not exist.`);
      if (overwrite) writeFileAtomic(output, text);
      else if (!writeNewFileAtomic(output, text)) throw existingFile(output);
      const reporter = createReporter({ json, stream: process.stdout });
      for (const note of notes) reporter.line(`not carried over: ${note}`);
      for (const line of advice) reporter.line(`to check: ${line}`);
      const total = notes.length + advice.length;
      const count = total === 1 ? '1 note' : `${total} notes`;
      reporter.line(`${output}: ${count}, at its start`);
      reporter.line(`Next: esrgan train ${output}`);
      reporter.event({ event: 'done', file: output });
    });
}
