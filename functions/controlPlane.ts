import type { Config } from './config.js';
import type { Log } from './log.js';
import type { DocumentStore } from './ports/documentStore/documentStore.js';
import type { EventBus } from './ports/eventBus/eventBus.js';
import type { JobLauncher } from './ports/jobLauncher/jobLauncher.js';
import type { ObjectStore } from './ports/objectStore/objectStore.js';

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

type Provider = () => Promise<ControlPlane>;

let provider: Provider | undefined;
let built: Promise<ControlPlane> | undefined;

/** Says how the control plane is built; the local host calls it before the first request. */
export function setControlPlane(newProvider: Provider): void {
  provider = newProvider;
  built = undefined;
}

/** The one control plane of this process, built at the first call; a failed attempt is made again by the next call. */
export function controlPlane(): Promise<ControlPlane> {
  built ??= (provider ?? fromEnvironment)().catch((error: unknown) => {
    built = undefined;
    throw error;
  });
  return built;
}

async function fromEnvironment(): Promise<ControlPlane> {
  const { controlPlaneFromEnvironment } = await import('./cloud.js');
  return controlPlaneFromEnvironment();
}
