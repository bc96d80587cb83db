import { WorkbenchError } from '../errors/errors.ts';

/** W&B's public cloud. */
export const cloudServer = 'https://api.wandb.ai';

/**
 * The base URL of a W&B server without a slash at its end.
 *
 * @throws WorkbenchError `usage` if it is not a web address
 */
export function parseServer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new WorkbenchError(
      'usage',
      `The address of the W&B server (--url, WANDB_BASE_URL) is not valid. It has the form ${cloudServer}, without a name or key.`,
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** The address of the pages of a server: those of the cloud are on another host than its API. */
export function appUrl(server: string): string {
  if (server.includes('://api.wandb.')) return server.replace('://api.', '://');
  return server.replace('://api.', '://app.');
}
