import { homedir } from 'node:os';
import { join } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { statOf } from '../files/regular-file.ts';
import { readSmallFile } from '../files/small-file.ts';
import { appUrl } from './server-url.ts';

/**
 * The key for a W&B server: `WANDB_API_KEY`, else the password of the server's machine in the netrc file, which
 * `wandb login` writes.
 *
 * @throws WorkbenchError `usage` if there is none
 */
export function findApiKey(
  server: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  home = homedir(),
): string {
  const key = environment.WANDB_API_KEY?.trim();
  if (key) return key;
  const files = environment.NETRC ? [environment.NETRC] : [join(home, '.netrc'), join(home, '_netrc')];
  const file = files.find((path) => statOf(path) !== undefined) ?? files[0]!;
  const read = readSmallFile(file, 1_000_000);
  const { host } = new URL(server);
  const password = read.state === 'read' ? netrcPassword(read.value, host) : undefined;
  if (password) return password;
  throw new WorkbenchError(
    'usage',
    `No key for ${server}: the environment variable WANDB_API_KEY is not set, and ${file} has no password for machine ${host}. Copy your key from ${appUrl(server)}/authorize into one of them, or run \`wandb login\`.`,
  );
}

/**
 * The password of a machine in the text of a netrc file; that of `default` if the machine is missing. Words are separated
 * by white space, may be in quotes, and a word that starts with `#` begins a comment.
 */
export function netrcPassword(text: string, machine: string): string | undefined {
  // A macro (`macdef`) ends with an empty line.
  const plain = text.replaceAll('\r', '').replaceAll(/^\s*macdef\b.*(\n.+)*/gm, '');
  const words = [...plain.matchAll(/#[^\n]*|"((?:\\.|[^"\\])*)"|'([^']*)'|\S+/g)].flatMap(
    ([word, double, single]) => {
      if (word.startsWith('#')) return [];
      return double?.replaceAll(/\\(.)/g, '$1') ?? single ?? word;
    },
  );
  const passwords = new Map<string, string>();
  let current: string | undefined;
  while (words.length > 0) {
    const word = words.shift();
    if (word === 'default') current = anyMachine;
    if (word !== 'machine' && word !== 'login' && word !== 'account' && word !== 'password') continue;
    const value = words.shift() ?? '';
    if (word === 'machine') current = value;
    if (word === 'password' && current !== undefined && !passwords.has(current))
      passwords.set(current, value);
  }
  return passwords.get(machine) ?? passwords.get(anyMachine);
}

/** No machine has this name. */
const anyMachine = '';
