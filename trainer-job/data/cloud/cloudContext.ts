import type { CloudSettings } from '../../config.js';

/** What a source in the cloud is opened with. */
export interface CloudContext {
  cloud: CloudSettings;
  /** Outputs of stages and downloaded objects are kept below it. */
  cacheRoot: string;
  runId: string;
  /** Aborted when the attempt ends early; its reason says why. */
  signal: AbortSignal;
  log(level: 'info' | 'warn', message: string, fields?: Record<string, unknown>): void;
}
