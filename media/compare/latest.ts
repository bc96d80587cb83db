/**
 * Runs one question at a time and, of those that came meanwhile, only the latest: so that a slider that is dragged
 * shows what it stands at, however long an answer takes.
 */
export class Latest<Question, Answer> {
  readonly #ask: (question: Question) => Promise<Answer>;
  readonly #answered: (answer: Answer, question: Question) => void;
  readonly #failed: (error: unknown) => void;
  #isAsking = false;
  #next: { readonly question: Question } | null = null;

  constructor(
    ask: (question: Question) => Promise<Answer>,
    answered: (answer: Answer, question: Question) => void,
    failed: (error: unknown) => void,
  ) {
    this.#ask = ask;
    this.#answered = answered;
    this.#failed = failed;
  }

  /** Whether an answer is on its way. */
  get isAsking(): boolean {
    return this.#isAsking;
  }

  /** Asks now or after the answer that is on its way; takes the place of what waits. */
  async ask(question: Question): Promise<void> {
    this.#next = { question };
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      while (this.#next) {
        const { question: current }: { readonly question: Question } = this.#next;
        this.#next = null;
        try {
          this.#answered(await this.#ask(current), current);
        } catch (error) {
          // What fails while another waits is of no interest any more.
          if (!this.#next) this.#failed(error);
        }
      }
    } finally {
      this.#isAsking = false;
    }
  }
}
