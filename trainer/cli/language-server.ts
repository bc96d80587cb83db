import type { Command } from 'commander';

/** The bundled server, next to this command. */
const server = new URL('./server.js', import.meta.url);

/** Registers `esrgan language-server`, for editors other than VS Code. */
export function registerLanguageServer(program: Command): void {
  program
    .command('language-server')
    .description(
      'help with run files in editors that speak the language server protocol: completion, hovers, problems, quick fixes, lenses that start and stop runs',
    )
    .option('--stdio', 'communicate over standard input and output, as always')
    // Editors add options of the protocol's library, such as --clientProcessId.
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async () => {
      // The server reads how to communicate from the command line.
      if (!process.argv.includes('--stdio')) process.argv.push('--stdio');
      await import(server.href);
    });
}
