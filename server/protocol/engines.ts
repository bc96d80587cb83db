/** An engine that a run could use. */
export interface EngineSummary {
  /** As `engine` in a run file. */
  readonly name: string;
  /** Its name in the interface. */
  readonly title: string;
  readonly available: boolean;
  /** The processor or graphics card; null when the engine is not available. */
  readonly device: string | null;
  /** Why it is not available and how to install it; null when it is. */
  readonly missing: string | null;
}

/** The engines of the machine that the server runs on. */
export interface EngineReport {
  /** The engine that `engine: auto` selects. */
  readonly chosen: string;
  readonly engines: readonly EngineSummary[];
  /** The names of the GPUs among which runs can be divided, in the order of `device` in run files. */
  readonly devices: readonly string[];
}

export interface EngineRequests {
  /** The engines of this machine; probing takes seconds, and is repeated only with `again`. */
  'esrgan/engines': { params: { again: boolean }; result: EngineReport };
}
