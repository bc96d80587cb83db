import { commands, type Disposable, type Event, EventEmitter } from 'vscode';
import type { RunSummary } from '../../server/protocol/runs.ts';
import type { ServerLink } from '../server/server-link.ts';
import { abilities, abilitiesOf } from './run-actions.ts';
import { changeRuns } from './run-order.ts';

/** The runs as the server last told them, for everything in the editor that lists or names runs. */
export interface RunList extends Disposable {
  /** What is known now; empty before the server has answered for the first time. */
  readonly known: readonly RunSummary[];
  find(run: string): RunSummary | undefined;
  /** All runs, once the server has told them; rejects where it cannot. */
  all(): Promise<readonly RunSummary[]>;
  readonly onDidChange: Event<void>;
}

export function createRunList(link: ServerLink): RunList {
  const changed = new EventEmitter<void>();
  let known: readonly RunSummary[] = [];
  let asked: Promise<readonly RunSummary[]> | undefined;

  const set = (runs: readonly RunSummary[]) => {
    known = runs;
    setContextKeys(runs);
    changed.fire();
  };
  const ask = () => {
    asked = link.request('esrgan/runs', null).then(
      (runs) => {
        set(runs);
        return runs;
      },
      (error: unknown) => {
        asked = undefined;
        throw error;
      },
    );
    return asked;
  };
  const listeners = [
    link.onDidStart(() => {
      // Whoever waits for the list hears of a failure; here nobody does.
      ask().catch(() => {});
    }),
    link.onNotification('esrgan/runsChanged', (change) => set(changeRuns(known, change))),
  ];
  return {
    get known() {
      return known;
    },
    find: (run) => known.find((each) => each.run === run),
    async all() {
      await (asked ?? ask());
      return known;
    },
    onDidChange: changed.event,
    dispose() {
      for (const listener of listeners) listener.dispose();
      changed.dispose();
    },
  };
}

const shownKeys = new Map<string, boolean>();

/**
 * What menus, the palette and the view ask: `esrgan.isListed` (the server has told), `esrgan.hasRuns`, and
 * `esrgan.can.<ability>` where that can be done to some run.
 */
function setContextKeys(runs: readonly RunSummary[]): void {
  const possible = new Set(runs.flatMap(abilitiesOf));
  const keys = [
    ['esrgan.isListed', true] as const,
    ['esrgan.hasRuns', runs.length > 0] as const,
    ...abilities.map((ability) => [`esrgan.can.${ability}`, possible.has(ability)] as const),
  ];
  for (const [key, value] of keys) {
    if (shownKeys.get(key) === value) continue;
    shownKeys.set(key, value);
    void commands.executeCommand('setContext', key, value);
  }
}
