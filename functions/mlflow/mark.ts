/** What is known to be written of a run: `mlflowRuns/{runId}`, beside the run, which changes for other reasons. */
import { instantSchema, paths, runIdSchema } from '@trainyard/shared';
import { sweepIdSchema } from '@trainyard/shared/runs/identity';
import { z } from 'zod';
import { leaseSchema } from '../lease.js';
import type { DocumentReader, Transaction } from '../ports/documentStore/documentStore.js';
import { mlflowStatuses } from './content.js';
import type { Written } from './written.js';

const writtenSchema: z.ZodType<Written> = z.strictObject({
  experimentId: z.string(),
  mlflowRunId: z.string(),
  artifactUri: z.string(),
  parentId: z.string().nullable(),
  tags: z.string().nullable(),
  hasParameters: z.boolean(),
  epochs: z.record(z.string().regex(/^\d+$/), z.int().min(1)),
  status: z.enum(mlflowStatuses).nullable(),
  hasOutcome: z.boolean(),
  hasVersion: z.boolean(),
});

export const mlflowMarkSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: runIdSchema,
  /** `writing`: somebody is at it until the lease ends · `waiting`: it failed, and is tried again · `refused`: only people can help. */
  state: z.enum(['writing', 'waiting', 'written', 'refused']),
  lease: leaseSchema.nullable(),
  /** Whether something happened to the run since whoever holds the lease has read it. */
  isBehind: z.boolean(),
  /** How often it failed since it last succeeded. */
  failures: z.int().min(0),
  /** When reconcile brings it, unless somebody does before; null where nothing is left to bring. */
  retryAt: instantSchema.nullable(),
  /** Why it was not written the last time. */
  reason: z.string().max(2000).nullable(),
  /** What MLflow has not of the run, and why. */
  leftOut: z.array(z.string().max(1000)).max(50),
  /** The version that the run became, as far as anybody has told; null for none. */
  version: z.int().min(1).nullable(),
  /** Null where nobody knows: then the server is asked. */
  written: writtenSchema.nullable(),
  updatedAt: instantSchema,
});
export type MlflowMark = z.infer<typeof mlflowMarkSchema>;

export async function readMark(from: DocumentReader, runId: string): Promise<MlflowMark | undefined> {
  const document = await from.get(paths.mlflowRun(runId));
  return document && mlflowMarkSchema.parse(document.data);
}

export function setMark(tx: Transaction, mark: MlflowMark): void {
  tx.set(paths.mlflowRun(mark.runId), { ...mark });
}

/** Of a sweep whose end, or whose going on, could not be written: it lies among those of runs, and is gone once it was. */
export const mlflowSweepMarkSchema = z.strictObject({
  schemaVersion: z.literal(1),
  sweepId: sweepIdSchema.clone(),
  failures: mlflowMarkSchema.shape.failures,
  retryAt: mlflowMarkSchema.shape.retryAt,
  reason: z.string().max(2000),
  updatedAt: instantSchema,
});
export type MlflowSweepMark = z.infer<typeof mlflowSweepMarkSchema>;

export async function readSweepMark(
  from: DocumentReader,
  sweepId: string,
): Promise<MlflowSweepMark | undefined> {
  const document = await from.get(paths.mlflowSweep(sweepId));
  return document && mlflowSweepMarkSchema.parse(document.data);
}

export function setSweepMark(tx: Transaction, mark: MlflowSweepMark): void {
  tx.set(paths.mlflowSweep(mark.sweepId), { ...mark });
}

export function clearSweepMark(tx: Transaction, sweepId: string): void {
  tx.delete(paths.mlflowSweep(sweepId));
}
