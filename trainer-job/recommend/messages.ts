/** What the process and its threads say to each other. */
import type { FeatureValues } from '@trainyard/recommender';
import { z } from 'zod';

export const workerDataSchema = z.strictObject({
  folder: z.string(),
  k: z.int().min(1),
  excludesSeen: z.boolean(),
  /** [items] 1 for an item that may be in a list; null where all may. */
  allowed: z.custom<Uint8Array>((value) => value instanceof Uint8Array).nullable(),
});
export type WorkerData = z.infer<typeof workerDataSchema>;

const taskSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('recommend'),
    /** The place of the first query among all, from 0. */
    first: z.int(),
    /** What the lists are known by: the id of each query's user. */
    users: z.array(z.string().nullable()),
    queries: z.array(z.custom<FeatureValues>((value) => typeof value === 'object' && value !== null)),
  }),
  z.strictObject({
    type: z.literal('similar'),
    /** Items from here on, by their places in the catalogue. */
    first: z.int(),
    count: z.int(),
  }),
]);
export type Task = z.infer<typeof taskSchema>;
export const toWorkerSchema = taskSchema;

export const fromWorkerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  /** JSON lines. */
  z.strictObject({ type: z.literal('done'), text: z.string() }),
  /** The request cannot be answered, by whomever. */
  z.strictObject({ type: z.literal('refused'), message: z.string() }),
  z.strictObject({ type: z.literal('failed'), message: z.string() }),
]);
export type FromWorker = z.infer<typeof fromWorkerSchema>;

/** A line of a block. */
export interface BlockLine {
  /** Its place among all queries, from 0. */
  n: number;
  /** The user's id, or the item whose neighbours these are; null for a query without a user. */
  of: string | null;
  items: readonly string[];
  scores: readonly number[];
  /** Why the values of the query have no list. */
  refused?: string;
}
