/** An engine that a run could use. */
export interface EngineSummary {
  /** As `engine` in a run file. */
  readonly name: string;
  /** Its name in the interface. */
  readonly title: string;
  readonly available: boolean;
  /** The processor or graphics card, where it is available. */
  readonly device: string | null;
  /** Why it is not available and how to get it. */
  readonly missing: string | null;
}

/** The engines of the machine that the server runs on. */
export interface EngineReport {
  /** What `engine: auto` gets. */
  readonly chosen: string;
  readonly engines: readonly EngineSummary[];
}

/** A data set or a file of weights that run files can name. */
export interface InventoryItem {
  readonly kind: 'data' | 'weights';
  readonly name: string;
  readonly present: boolean;
  /** What there is (`200 / 100 / 200 images`) or what it takes to get it (`3.9 GB`). */
  readonly description: string;
  /** Where it lies or would lie. */
  readonly path: string;
  /**
   * Whether `esrgan data get` or `esrgan weights get` knows where to download it; otherwise a person has to have the
   * archive, out of which `esrgan data get --mirror` unpacks it.
   */
  readonly canGet: boolean;
}

export interface InventoryReport {
  readonly items: readonly InventoryItem[];
}
