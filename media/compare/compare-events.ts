import { messageOf } from '../../trainer/errors/errors.ts';
import type { CompareState } from './compare-state.ts';

declare global {
  interface HTMLElementEventMap {
    /** The user changed a part of the comparison's state. */
    'state-change': CustomEvent<Partial<CompareState>>;
    /** The message of a failure; empty: the last action succeeded. */
    problem: CustomEvent<string>;
  }
}

export function changeState(element: HTMLElement, detail: Partial<CompareState>): void {
  element.dispatchEvent(new CustomEvent('state-change', { detail, bubbles: true, composed: true }));
}

/** Runs an action that may fail, and shows its error message in the comparison around the element. */
export async function attempt(element: HTMLElement, action: () => Promise<unknown>): Promise<void> {
  const report = (detail: string) =>
    element.dispatchEvent(new CustomEvent('problem', { detail, bubbles: true, composed: true }));
  try {
    await action();
    report('');
  } catch (error) {
    report(messageOf(error));
  }
}
