/** Notifications of runs that finish, fail or need attention. */
export interface NotifySettings {
  /** Only of runs that have run for so long; 0: none. */
  readonly afterMinutes: number;
  /** The address that is told, a secret: it is in no file of a run; empty: none. */
  readonly webhook: string;
}

/** The variables in which a process gets the settings: its command line could be read by others. */
const variables = { webhook: 'ESRGAN_NOTIFY_WEBHOOK', afterMinutes: 'ESRGAN_NOTIFY_AFTER_MINUTES' } as const;

/** What `afterMinutes` is where only the webhook is set. */
export const defaultAfterMinutes = 10;

/** The environment of a process that notifies. */
export function notifyEnvironment({ webhook, afterMinutes }: NotifySettings): Record<string, string> {
  if (webhook === '' || afterMinutes === 0) return {};
  // Node.js uses a proxy only if it is told to.
  return {
    NODE_USE_ENV_PROXY: '1',
    [variables.webhook]: webhook,
    [variables.afterMinutes]: String(afterMinutes),
  };
}

/**
 * Takes the settings out of an environment, so that no other process gets them and two never notify of the same end.
 *
 * @returns undefined if nobody is to be notified
 */
export function takeNotifySettings(environment: NodeJS.ProcessEnv): NotifySettings | undefined {
  const webhook = environment[variables.webhook]?.trim() ?? '';
  const afterMinutes = Number(environment[variables.afterMinutes] ?? defaultAfterMinutes);
  for (const name of Object.values(variables)) delete environment[name];
  return webhook === '' || !(afterMinutes > 0) ? undefined : { webhook, afterMinutes };
}
