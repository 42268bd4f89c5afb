import type { DocumentStore } from '@trainyard/functions/ports/documentStore/documentStore';
import type { EventBus, Subscription } from '@trainyard/functions/ports/eventBus/eventBus';
import type { JobLauncher } from '@trainyard/functions/ports/jobLauncher/jobLauncher';
import type { ObjectStore } from '@trainyard/functions/ports/objectStore/objectStore';
import type { DataDirectory } from './dataDirectory.js';
import type { PushedMessage } from './pubsubPush.js';

/** The four ports that everything below the functions sits behind, opened. */
export interface HostPorts {
  store: DocumentStore;
  bus: EventBus;
  objects: ObjectStore;
  launcher: JobLauncher;
  /** Subscribes to the messages that ask for retraining, where there is a topic for them. */
  onRetrainMessage?(handler: (message: PushedMessage) => Promise<void>): Promise<Subscription>;
  /** What people should know: addresses, where things are kept. */
  notes: readonly string[];
  close(): Promise<void>;
}

export interface PortsRequest {
  directory: DataDirectory;
  /** The program and arguments of a trainer. */
  trainerCommand: readonly string[];
  /** What each trainer inherits beside what its launch says. */
  trainerEnvironment: Readonly<Record<string, string>>;
  /** A trainer process ended. */
  onTrainerEnded: () => void;
  /** How things go, for people. */
  print: (line: string) => void;
}
