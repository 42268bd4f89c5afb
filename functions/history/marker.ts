/** What is known to be in the history of a run: `history/{runId}`, beside the run, for a write below it would trigger again. */
import { instantSchema, paths, runIdSchema } from '@trainyard/shared';
import { z } from 'zod';
import type { DocumentStore, Transaction } from '../ports/documentStore/documentStore.js';

export const historyMarkerSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: runIdSchema,
  /** Whether the run's row is there. Its epochs come before it. */
  run: z.boolean(),
  /** The newest attempt whose row is there, by epoch. */
  epochs: z.record(z.string().regex(/^\d+$/), z.int().min(1)),
  /** The keys of rows that were refused for good: counted as settled, and missing. */
  refused: z.array(z.string()),
  updatedAt: instantSchema,
});
export type HistoryMarker = z.infer<typeof historyMarkerSchema>;

/** What one insert has settled. */
export type Settled = Pick<HistoryMarker, 'run' | 'epochs' | 'refused'>;

export async function readMarker(
  from: DocumentStore | Transaction,
  runId: string,
): Promise<HistoryMarker | undefined> {
  const document = await from.get(paths.history(runId));
  return document && historyMarkerSchema.parse(document.data);
}

/** Adds to the marker; what others have added meanwhile stays. */
export async function mark(store: DocumentStore, runId: string, settled: Settled, now: Date): Promise<void> {
  await store.transaction(async (tx) => {
    const before = await readMarker(tx, runId);
    const marker: HistoryMarker = {
      schemaVersion: 1,
      runId,
      run: (before?.run ?? false) || settled.run,
      epochs: newest(before?.epochs ?? {}, settled.epochs),
      refused: [...new Set([...(before?.refused ?? []), ...settled.refused])],
      updatedAt: now.toISOString(),
    };
    tx.set(paths.history(runId), marker);
  });
}

function newest(a: HistoryMarker['epochs'], b: HistoryMarker['epochs']): HistoryMarker['epochs'] {
  const later = Object.entries(b).filter(([epoch, attempt]) => (a[epoch] ?? 0) < attempt);
  return { ...a, ...Object.fromEntries(later) };
}
