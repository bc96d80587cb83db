import type { Command } from 'commander';
import type { EnginesReport } from '../cli-output/reports.ts';
import { type EngineFinding, findEngines, noEngine } from '../engine/engines.ts';
import { print } from './terminal.ts';

/** Adds `esrgan doctor` to the command. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('list the engines of this machine, and what the missing ones need')
    .option('--json', 'print JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const engines = await findEngines();
      const chosen = engines.find(({ isAutomatic }) => isAutomatic);
      if (!json) for (const line of [...doctorLines(engines), '']) print(`${line}\n`);
      if (chosen === undefined) throw noEngine(engines.find(({ name }) => name === 'cpu'));
      const report: EnginesReport = { engines, auto: chosen.name };
      print(json ? `${JSON.stringify(report)}\n` : `\`engine: auto\` chooses ${chosen.name}.\n`);
    });
}

/** Lines for each engine: its device, or why it is missing and what it needs. */
function doctorLines(findings: readonly EngineFinding[]): string[] {
  return findings.flatMap(({ name, available, isAutomatic, detail, needed }) => [
    `${available ? '✓' : '✗'} ${name.padEnd(10)} ${detail}${available && !isAutomatic ? ' (not chosen automatically)' : ''}`,
    ...(available || needed === '' ? [] : [`             Needed: ${needed}`]),
  ]);
}
