import type { ImageResults, ModelReference } from '../../../server/protocol/comparison.ts';
import type { Job } from '../../../server/protocol/jobs.ts';
import type { Host } from '../../host.ts';
import { modelKey } from '../table/table-model.ts';

/** What models make of an image of a test set, asked of the host. Calls `changed` when it has answered. */
export class ModelResults {
  readonly #host: Pick<Host, 'request'>;
  readonly #changed: () => void;
  #asked = '';
  /** The job after which was asked last: it has made what was missing. */
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
   * Asks for the results unless that was asked already: anew once the job that makes what is missing is among those
   * that have finished. `null` where nothing is asked; rejects with the message of the host.
   */
  ask(
    image: string,
    models: readonly ModelReference[],
    jobs: ReadonlyMap<string, Job>,
  ): Promise<void> | null {
    const job = this.#answer?.image === image ? this.#answer.results.job : null;
    if (job !== null && jobs.get(job)?.state === 'finished') this.#finishedJob = job;
    const asked = JSON.stringify([image, models, this.#finishedJob]);
    if (models.length === 0 || asked === this.#asked) return null;
    this.#asked = asked;
    return this.#ask(asked, image, models);
  }

  async #ask(asked: string, image: string, models: readonly ModelReference[]): Promise<void> {
    const results = await this.#host.request('esrgan/imageResults', {
      image: { path: image, role: 'hr', box: null },
      models,
      run: null,
    });
    if (asked !== this.#asked) return;
    this.#answer = { image, models: models.map(modelKey), results };
    this.#changed();
  }

  /** Forgets what was asked, so that a job that failed or was cancelled is begun anew. */
  forget(): void {
    this.#asked = '';
  }

  /** What is there of an image for these models, in their order; `null` where nothing is. */
  of(image: string, models: readonly ModelReference[]): ImageResults | null {
    if (this.#answer?.image !== image) return null;
    const { models: keys, results } = this.#answer;
    const paths = new Map(keys.map((key, i) => [key, results.results[i] ?? null]));
    return { ...results, results: models.map((model) => paths.get(modelKey(model)) ?? null) };
  }
}
