import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type Guard, isPlainObject } from '../trainer/guards/guards.ts';
import type { Host } from './host.ts';

/**
 * A saved state, part by part: a part that is missing or invalid, as an older version may have saved it, has its
 * initial value.
 */
export function restoreState<State extends object>(
  saved: unknown,
  initial: State,
  guards: { readonly [Key in keyof State]: Guard<State[Key]> },
): State {
  const parts = isPlainObject(saved) ? saved : {};
  const restored = { ...initial };
  for (const key in guards) {
    const value = parts[key];
    if (guards[key](value)) restored[key] = value;
  }
  return restored;
}

/** Saves the state of a page with its host, at most ten times a second: dragging changes it with every frame. */
export class StateSaver implements ReactiveController {
  readonly #host: () => Pick<Host, 'setState'>;
  readonly #state: () => unknown;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(page: ReactiveControllerHost, host: () => Pick<Host, 'setState'>, state: () => unknown) {
    this.#host = host;
    this.#state = state;
    page.addController(this);
  }

  hostConnected(): void {
    addEventListener('pagehide', this.saveNow);
  }

  hostDisconnected(): void {
    removeEventListener('pagehide', this.saveNow);
  }

  saveSoon(): void {
    this.#timer ??= setTimeout(this.saveNow, 100);
  }

  readonly saveNow = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#host().setState(this.#state());
  };
}
