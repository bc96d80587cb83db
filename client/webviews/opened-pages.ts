import { createHash } from 'node:crypto';
import type { Memento } from 'vscode';

/**
 * What panels of one kind were opened for last. A page writes the state from which VS Code restores its panel, and must not
 * choose the files that it may load: only panels for what is recorded here are restored.
 */
export interface OpenedPages {
  add(parameters: unknown): Promise<void>;
  has(parameters: unknown): boolean;
}

const maximumOpened = 100;

/** @param key of the record in `memento` */
export function createOpenedPages(memento: Memento, key: string): OpenedPages {
  const opened = () => memento.get<readonly string[]>(key, []);
  return {
    async add(parameters) {
      const hash = hashOf(parameters);
      const others = opened().filter((each) => each !== hash);
      await memento.update(key, [...others, hash].slice(-maximumOpened));
    },
    has: (parameters) => opened().includes(hashOf(parameters)),
  };
}

function hashOf(parameters: unknown): string {
  return createHash('sha256').update(JSON.stringify(parameters)).digest('hex');
}
