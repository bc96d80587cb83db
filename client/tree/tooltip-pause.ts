import type { Disposable } from 'vscode';

/** Milliseconds to read a tooltip. */
const readingTime = 10_000;

/**
 * Redraws the items of a tree view, but not the one whose tooltip is being read: VS Code hides the tooltip of an item that
 * it redraws. VS Code reports that a tooltip appears, but not that it disappears, so the pause has an end.
 */
export interface TooltipPause extends Disposable {
  /** The tooltip of an item appears. */
  start(id: string): void;
  /** Redraws items: at once, or when the pause ends. */
  redraw(ids: readonly string[]): void;
  /** Ends the pause of an item if it has one. */
  end(id: string): void;
}

export function createTooltipPause(redraw: (ids: readonly string[]) => void): TooltipPause {
  let paused: { readonly id: string; readonly timer: NodeJS.Timeout; isChanged: boolean } | undefined;
  const end = () => {
    const ended = paused;
    paused = undefined;
    clearTimeout(ended?.timer);
    if (ended?.isChanged) redraw([ended.id]);
  };
  return {
    start(id) {
      end();
      paused = { id, timer: setTimeout(end, readingTime), isChanged: false };
    },
    redraw(ids) {
      if (paused !== undefined) paused.isChanged ||= ids.includes(paused.id);
      const now = ids.filter((id) => id !== paused?.id);
      if (now.length > 0) redraw(now);
    },
    end(id) {
      if (paused?.id === id) end();
    },
    dispose: () => clearTimeout(paused?.timer),
  };
}
