import type { ImageResults, ModelReference } from '../../../server/protocol/comparison.ts';
import type { Job } from '../../../server/protocol/jobs.ts';
import type { Host } from '../../host.ts';
import { modelKey } from '../table/table-model.ts';

/** Requests the results of models on an image of a test set. Calls `changed` when they arrive. */
export class ModelResults {
  readonly #host: Pick<Host, 'request'>;
  readonly #changed: () => void;
  #requested = '';
  /** The finished job whose results were requested last. */
  #finishedJob: string | null = null;
  #answer: {
    readonly image: string;
    readonly models: readonly string[];
    readonly results: ImageResults;
  } | null = null;

  constructor(host: Pick<Host, 'request'>, changed: () => void) {
    this.#host = host;
    this.#changed = changed;
  }

  /**
   * Requests the results unless they were requested already, and again once the job that creates missing ones has
   * finished. Returns `null` without a request; rejects with the host's message.
   */
  request(
    image: string,
    models: readonly ModelReference[],
    jobs: ReadonlyMap<string, Job>,
  ): Promise<void> | null {
    const job = this.#answer?.image === image ? this.#answer.results.job : null;
    if (job !== null && jobs.get(job)?.state === 'finished') this.#finishedJob = job;
    const requested = JSON.stringify([image, models, this.#finishedJob]);
    if (models.length === 0 || requested === this.#requested) return null;
    this.#requested = requested;
    return this.#send(requested, image, models);
  }

  async #send(requested: string, image: string, models: readonly ModelReference[]): Promise<void> {
    const results = await this.#host.request('esrgan/imageResults', {
      image: { path: image, role: 'hr', box: null },
      models,
      run: null,
    });
    if (requested !== this.#requested) return;
    this.#answer = { image, models: models.map(modelKey), results };
    this.#changed();
  }

  /** Lets the next request start a failed or canceled job again. */
  reset(): void {
    this.#requested = '';
  }

  /** The known results of these models on an image, in their order; `null` before an answer. */
  of(image: string, models: readonly ModelReference[]): ImageResults | null {
    if (this.#answer?.image !== image) return null;
    const { models: keys, results } = this.#answer;
    const paths = new Map(keys.map((key, i) => [key, results.results[i] ?? null]));
    return { ...results, results: models.map((model) => paths.get(modelKey(model)) ?? null) };
  }
}
