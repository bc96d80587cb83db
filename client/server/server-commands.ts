import type { EngineStatusItem } from '../engines/engine-status.ts';
import type { Command, Services } from '../services.ts';

/** The commands on the server and its machine. */
export function serverCommands(
  { link, log }: Services,
  engines: EngineStatusItem,
): Record<'esrgan.doctor' | 'esrgan.restartServer' | 'esrgan.showServerLog', Command> {
  return {
    'esrgan.doctor': () => engines.check(),
    'esrgan.restartServer': () => link.restart(),
    async 'esrgan.showServerLog'() {
      log.show();
    },
  };
}
