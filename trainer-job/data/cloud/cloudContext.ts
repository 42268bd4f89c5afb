import type { RequestContext } from '../../cloud/storage.js';
import type { StopReason } from '../../stopSignal.js';

/** What a source in the cloud is opened with. */
export interface CloudContext extends RequestContext {
  /** Outputs of stages and downloaded objects are kept below it. */
  cacheRoot: string;
  runId: string;
  /** Tells what must be done when the attempt ends early, before the process goes; returns how to take it back. */
  beforeEnd(this: void, work: (reason: StopReason) => Promise<void>): () => void;
  log(this: void, level: 'info' | 'warn', message: string, fields?: Record<string, unknown>): void;
}
