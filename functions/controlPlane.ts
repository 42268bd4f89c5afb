import type { Config } from './config.js';
import type { Log } from './log.js';
import type { DocumentStore } from './ports/documentStore/documentStore.js';
import type { EventBus } from './ports/eventBus/eventBus.js';
import type { JobLauncher } from './ports/jobLauncher/jobLauncher.js';
import type { ObjectStore } from './ports/objectStore/objectStore.js';

/** For what follows from the configuration and from nothing else. */
export type Configured = Pick<ControlPlane, 'config'>;

/** Everything below the functions: the four ports, the clock, ids, the log and the configuration. */
export interface ControlPlane {
  store: DocumentStore;
  bus: EventBus;
  objects: ObjectStore;
  /** By the launcher name of a tier. */
  launchers: Readonly<Record<string, JobLauncher>>;
  config: Config;
  now(this: void): Date;
  newId(this: void): string;
  log: Log;
}
