import type { EngineStatusItem } from '../engines/engine-status.ts';
import type { Command, Workbench } from '../workbench.ts';

/** The commands about the server and the machine that it runs on. */
export function serverCommands(
  { link, log }: Workbench,
  engines: EngineStatusItem,
): Record<'esrgan.doctor' | 'esrgan.restartServer' | 'esrgan.showServerLog', Command> {
  return {
    'esrgan.doctor': () => engines.examine(),
    'esrgan.restartServer': () => link.restart(),
    async 'esrgan.showServerLog'() {
      log.show();
    },
  };
}
