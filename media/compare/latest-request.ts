/**
 * Sends one request at a time. Of those made meanwhile only the latest is sent next, so that dragging a slider shows its
 * current position, however long an answer takes.
 */
export class LatestRequest<Params, Result> {
  readonly #send: (params: Params) => Promise<Result>;
  readonly #onResult: (result: Result, params: Params) => void;
  readonly #onError: (error: unknown) => void;
  #isSending = false;
  #next: { readonly params: Params } | null = null;

  constructor(
    send: (params: Params) => Promise<Result>,
    onResult: (result: Result, params: Params) => void,
    onError: (error: unknown) => void,
  ) {
    this.#send = send;
    this.#onResult = onResult;
    this.#onError = onError;
  }

  /** Sends now or after the current request; replaces a request that is not sent yet. */
  async request(params: Params): Promise<void> {
    this.#next = { params };
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      while (this.#next) {
        const { params: current }: { readonly params: Params } = this.#next;
        this.#next = null;
        try {
          this.#onResult(await this.#send(current), current);
        } catch (error) {
          // A newer request makes this failure irrelevant.
          if (!this.#next) this.#onError(error);
        }
      }
    } finally {
      this.#isSending = false;
    }
  }
}
