import type { ImageResults, NetReference } from '../../server/protocol/comparison.ts';
import type { Job } from '../../server/protocol/jobs.ts';
import type { Host } from '../host.ts';
import { netKey } from './table-model.ts';

/** What nets make of an image of a test set, asked of the host. Calls `changed` when it has answered. */
export class NetResults {
  readonly #host: Pick<Host, 'request'>;
  readonly #changed: () => void;
  #asked = '';
  /** The job after which was asked last: it has made what was missing. */
  #finishedJob: string | null = null;
  #answer: {
    readonly image: string;
    readonly nets: readonly string[];
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
  ask(image: string, nets: readonly NetReference[], jobs: ReadonlyMap<string, Job>): Promise<void> | null {
    const job = this.#answer?.image === image ? this.#answer.results.job : null;
    if (job !== null && jobs.get(job)?.state === 'finished') this.#finishedJob = job;
    const asked = JSON.stringify([image, nets, this.#finishedJob]);
    if (nets.length === 0 || asked === this.#asked) return null;
    this.#asked = asked;
    return this.#ask(asked, image, nets);
  }

  async #ask(asked: string, image: string, nets: readonly NetReference[]): Promise<void> {
    const results = await this.#host.request('esrgan/imageResults', {
      image: { path: image, role: 'hr', box: null },
      nets,
      run: null,
    });
    if (asked !== this.#asked) return;
    this.#answer = { image, nets: nets.map(netKey), results };
    this.#changed();
  }

  /** Forgets what was asked, so that a job that failed or was cancelled is begun anew. */
  forget(): void {
    this.#asked = '';
  }

  /** What is there of an image for these nets, in their order; `null` where nothing is. */
  of(image: string, nets: readonly NetReference[]): ImageResults | null {
    if (this.#answer?.image !== image) return null;
    const { nets: keys, results } = this.#answer;
    const paths = new Map(keys.map((key, i) => [key, results.results[i] ?? null]));
    return { ...results, results: nets.map((net) => paths.get(netKey(net)) ?? null) };
  }
}
