/**
 * Who follows which run. The server is told of the first who begins and of the last who ends, and of all again
 * after it was started anew.
 */
export interface Follows {
  /** `owner` is any object that stands for the one who follows. */
  follow(owner: object, run: string): void;
  unfollow(owner: object, run: string): void;
  /** The owner follows nothing any more. */
  release(owner: object): void;
  isFollowing(owner: object, run: string): boolean;
  /** All runs that the owner follows. */
  runsOf(owner: object): readonly string[];
  /** The server is new: tells it everything. */
  tellAll(): void;
}

/** `tell` says to the server whether to follow a run. */
export function createFollows(tell: (run: string, follow: boolean) => void): Follows {
  const owners = new Map<string, Set<object>>();
  const unfollow = (owner: object, run: string) => {
    const all = owners.get(run);
    if (!all?.delete(owner) || all.size > 0) return;
    owners.delete(run);
    tell(run, false);
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
      tell(run, true);
    },
    unfollow,
    release(owner) {
      for (const run of runsOf(owner)) unfollow(owner, run);
    },
    isFollowing: (owner, run) => owners.get(run)?.has(owner) === true,
    runsOf,
    tellAll() {
      for (const run of owners.keys()) tell(run, true);
    },
  };
}
