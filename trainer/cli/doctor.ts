import type { Command } from 'commander';
import { type EngineFinding, findEngines } from '../engine/engines.ts';
import { createReporter } from './terminal.ts';

/** Adds `esrgan doctor` to the command. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say which engines this machine has, and what the others lack')
    .option('--json', 'print JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const reporter = createReporter({ json, stream: process.stdout });
      const findings = await findEngines();
      const chosen = findings.find(({ isAutomatic }) => isAutomatic);
      reporter.event({ engines: findings, auto: chosen?.name });
      for (const line of doctorLines(findings)) reporter.line(line);
      reporter.line('');
      reporter.line(`A run with \`engine: auto\` gets ${chosen?.name}.`);
    });
}

/** Lines for each engine: what it is, or what is missing and how to have it. */
export function doctorLines(findings: readonly EngineFinding[]): string[] {
  return findings.flatMap(({ name, available, isAutomatic, detail, needed }) => [
    `${available ? '✓' : '✗'} ${name.padEnd(10)} ${detail}${available && !isAutomatic ? ' (only when asked for)' : ''}`,
    ...(available || needed === '' ? [] : [`             Needed: ${needed}`]),
  ]);
}
