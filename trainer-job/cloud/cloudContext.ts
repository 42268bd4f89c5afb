import type { CloudSettings } from '../config.js';
import type { StopReason } from '../pipeline/stopSignal.js';

/** What a source in the cloud is opened with. */
export interface CloudContext {
  cloud: CloudSettings;
  /** Outputs of stages and downloaded objects are kept below it. */
  cacheRoot: string;
  runId: string;
  /** Aborted when the attempt ends early. */
  signal: AbortSignal;
  /** Tells what must be done when the attempt ends early, before the process goes; returns how to take it back. */
  beforeEnd(this: void, work: (reason: StopReason) => Promise<void>): () => void;
  log(level: 'info' | 'warn', message: string, fields?: Record<string, unknown>): void;
}
