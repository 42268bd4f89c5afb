/** What the harness and the host under test must agree on. Times are short, so that a hundred runs take minutes. */
import type { TrainingSpecInput } from '@trainyard/shared';
import { z } from 'zod';
import { storeSettingsSchema } from '../stores/storeAndBus.js';

export const FIRST_TIER = 'small';
export const SECOND_TIER = 'large';
export const MASTER_SECRET = 'a-master-secret-that-only-the-fault-bench-knows';

/** The one argument of the host's process, as JSON. */
export const hostSettingsSchema = z.strictObject({
  folder: z.string(),
  /** What trainers call: the faulty link. */
  publicUrl: z.string(),
  stores: storeSettingsSchema,
  /** Messages are dropped, doubled and delayed, launches lose their answer. */
  faulty: z.boolean(),
  seed: z.number(),
});
export type HostSettings = z.infer<typeof hostSettingsSchema>;

/** `refusing`: every operation fails · `forgetting`: reads fail, and so do transactions, after their commit. */
const storeStateSchema = z.enum(['whole', 'refusing', 'forgetting']);
export type StoreState = z.infer<typeof storeStateSchema>;

/** Harness to host, over the process's channel. */
export const orderSchema = z.strictObject({ store: storeStateSchema });
/** Host to harness, once it serves. */
export const announcementSchema = z.strictObject({ url: z.string() });

export const files = {
  documents: 'documents.db',
  events: 'events.db',
  objects: 'objects',
  jobs: 'jobs',
  journals: 'journals',
  /** One line of JSON per event that the bus has accepted. */
  published: 'published.jsonl',
  /** One line of JSON per call of the launcher. */
  launches: 'launches.jsonl',
  log: 'functions.log',
  /** What the host's processes have printed. */
  output: 'host.log',
} as const;

export function specOf(epochs: number): TrainingSpecInput {
  return {
    dataset: { source: { uri: 'purchases.csv' } },
    features: {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
    },
    training: { epochs, earlyStopping: false },
    compute: {
      tiers: [FIRST_TIER, SECOND_TIER],
      // A store that is gone for seconds makes trainers look silent; that must not spend the retries of a whole run.
      maxRetries: 50,
      deadlineSeconds: 900,
      cancelGraceSeconds: 2,
      heartbeatTimeoutSeconds: 5,
    },
  };
}
