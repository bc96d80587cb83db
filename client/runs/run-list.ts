import { commands, type Disposable, type Event, EventEmitter } from 'vscode';
import { actionsOf, runActions } from '../../server/protocol/run-actions.ts';
import type { RunSummary } from '../../server/protocol/runs.ts';
import type { ServerLink } from '../server/server-link.ts';
import { withDistinctNames } from './distinct-names.ts';
import { changeRuns } from './run-order.ts';

/** The runs as the server last reported them; runs of one name with their folders (`withDistinctNames`). */
export interface RunList extends Disposable {
  /** The current runs; empty before the first reply of the server. */
  readonly known: readonly RunSummary[];
  find(run: string): RunSummary | undefined;
  /** The current runs, after the first reply of the server; rejects if the server fails. */
  all(): Promise<readonly RunSummary[]>;
  readonly onDidChange: Event<void>;
}

export function createRunList(link: ServerLink): RunList {
  const changed = new EventEmitter<void>();
  let reported: readonly RunSummary[] = [];
  let known: readonly RunSummary[] = [];
  let loaded: Promise<void> | undefined;

  const set = (runs: readonly RunSummary[]) => {
    reported = runs;
    known = withDistinctNames(runs);
    setContextKeys(runs);
    changed.fire();
  };
  const load = () => {
    loaded = link.request('esrgan/runs', null).then(set, (error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
  const listeners = [
    link.onDidStart(() => {
      // `all` reports a failure to its caller.
      load().catch(() => {});
    }),
    link.onNotification('esrgan/runsChanged', (change) => set(changeRuns(reported, change))),
  ];
  return {
    get known() {
      return known;
    },
    find: (run) => known.find((each) => each.run === run),
    async all() {
      await (loaded ?? load());
      return known;
    },
    onDidChange: changed.event,
    dispose() {
      for (const listener of listeners) listener.dispose();
      changed.dispose();
    },
  };
}

const contextKeys = new Map<string, boolean>();

/**
 * Sets the context keys of menus, palette and views: `esrgan.isListed` once the server has replied, `esrgan.hasRuns`, and
 * `esrgan.can.<action>` if the action is possible with a run.
 */
function setContextKeys(runs: readonly RunSummary[]): void {
  const possible = new Set(runs.flatMap(actionsOf));
  const keys = [
    ['esrgan.isListed', true] as const,
    ['esrgan.hasRuns', runs.length > 0] as const,
    ...runActions.map((action) => [`esrgan.can.${action}`, possible.has(action)] as const),
  ];
  for (const [key, value] of keys) {
    if (contextKeys.get(key) === value) continue;
    contextKeys.set(key, value);
    void commands.executeCommand('setContext', key, value);
  }
}
