import type { Command } from 'commander';
import type { EnginesReport } from '../cli-output/reports.ts';
import type { Device } from '../engine/devices.ts';
import { type EngineFinding, findEngines, noEngine, usableDevices } from '../engine/engines.ts';
import { formatRoughBytes } from '../format/format.ts';
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
      const devices = await usableDevices(engines);
      if (!json)
        for (const line of [...doctorLines(engines), ...deviceLines(devices), '']) print(`${line}\n`);
      if (chosen === undefined) throw noEngine(engines.find(({ name }) => name === 'cpu'));
      const report: EnginesReport = { engines, auto: chosen.name, devices };
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

/** The GPUs that `device` in a run file chooses from; none if there is no choice. */
function deviceLines(devices: readonly Device[]): string[] {
  if (devices.length < 2) return [];
  const lines = devices.map(
    ({ name, memoryBytes }, device) => `  device: ${device}  ${name}, ${formatRoughBytes(memoryBytes, 2)}`,
  );
  return ['', 'GPUs for `device` in run files; the editor divides runs among them:', ...lines];
}
