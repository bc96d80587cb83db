/**
 * The runs whose changes panels and views want to receive. The server is notified when the first owner follows a run and
 * when the last one stops.
 */
export interface FollowedRuns {
  /** `owner` is the identity of a panel or view; any object will do. */
  follow(owner: object, run: string): void;
  unfollow(owner: object, run: string): void;
  /** Unfollows all runs of the owner. */
  release(owner: object): void;
  isFollowing(owner: object, run: string): boolean;
  /** All runs that the owner follows. */
  runsOf(owner: object): readonly string[];
  /** Notifies a new server of all followed runs. */
  notifyAll(): void;
}

export function createFollowedRuns(notify: (run: string, follow: boolean) => void): FollowedRuns {
  const owners = new Map<string, Set<object>>();
  const unfollow = (owner: object, run: string) => {
    const all = owners.get(run);
    if (!all?.delete(owner) || all.size > 0) return;
    owners.delete(run);
    notify(run, false);
  };
  const runsOf = (owner: object) => [...owners].filter(([, all]) => all.has(owner)).map(([run]) => run);
  return {
    follow(owner, run) {
      const all = owners.get(run);
      if (all) {
        all.add(owner);
        return;
      }
      owners.set(run, new Set([owner]));
      notify(run, true);
    },
    unfollow,
    release(owner) {
      for (const run of runsOf(owner)) unfollow(owner, run);
    },
    isFollowing: (owner, run) => owners.get(run)?.has(owner) === true,
    runsOf,
    notifyAll() {
      for (const run of owners.keys()) notify(run, true);
    },
  };
}
