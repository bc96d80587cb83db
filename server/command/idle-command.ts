import type { ResidentCommand } from './resident-command.ts';

/** A resident process that starts with the first request, and ends after a time without one. */
export interface IdleCommand<Request, Done> {
  /** As `ResidentCommand.send`; another `engine` than that of the running process starts another process. */
  send(engine: string, request: Request): Promise<Done>;
  close(): void;
}

/** Milliseconds without a request after which the process ends. */
const idle = 60_000;

/** @param start starts the process on an engine, and calls `onEnd` once when it has ended */
export function createIdleCommand<Request, Done>(
  start: (engine: string, onEnd: () => void) => ResidentCommand<Request, Done>,
): IdleCommand<Request, Done> {
  let running: { readonly engine: string; readonly child: ResidentCommand<Request, Done> } | undefined;
  let timer: NodeJS.Timeout | undefined;

  function close(): void {
    clearTimeout(timer);
    running?.child.close();
    running = undefined;
  }

  return {
    async send(engine, request) {
      clearTimeout(timer);
      if (running !== undefined && running.engine !== engine) close();
      if (running === undefined) {
        const child = start(engine, () => {
          if (running?.child === child) running = undefined;
        });
        running = { engine, child };
      }
      try {
        return await running.child.send(request);
      } finally {
        clearTimeout(timer);
        timer = setTimeout(close, idle);
        // Waiting for its end is no reason for the server to stay.
        timer.unref();
      }
    },
    close,
  };
}
