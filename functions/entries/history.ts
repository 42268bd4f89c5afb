/**
 * Keeps the history of runs in BigQuery: triggered by Firestore. Deployed by itself, for these functions bring the Firebase SDK
 * with them, which nothing that answers a request should have to load.
 */
import { isTerminal, runStatusSchema } from '@trainyard/shared';
import { onDocumentWritten } from 'firebase-functions/v2/firestore';
import { recordHistory, recordLateEpochs } from '../history/recordHistory.js';
import { onSubjectWritten } from '../history/trigger.js';

/** Retried: at least once, for as long as `onSubjectWritten` lets it. */
const options = { retry: true, timeoutSeconds: 300 } as const;

/** When a run ends: its row and its epochs. */
export const runHistory = onDocumentWritten({ document: 'runs/{runId}', ...options }, async (event) => {
  const { before, after } = event.data ?? {};
  if (hasEnded(after) && !hasEnded(before)) await onSubjectWritten(event, runOf(event), recordHistory);
});

/** When an epoch of a run that has ended is stored, or replaced by a newer attempt's: its row. */
export const epochHistory = onDocumentWritten(
  { document: 'runs/{runId}/epochs/{epoch}', ...options },
  async (event) => {
    const { before, after } = event.data ?? {};
    const attempt: unknown = after?.get('attempt');
    if (attempt === undefined || attempt === before?.get('attempt')) return;
    await onSubjectWritten(event, runOf(event), recordLateEpochs);
  },
);

function runOf({ params }: { params: { runId: string } }): { kind: 'run'; id: string } {
  return { kind: 'run', id: params.runId };
}

/** A snapshot of the Firebase SDK: enough to decide; what is told is read through our own store. */
interface Snapshot {
  get(field: string): unknown;
}

function hasEnded(snapshot: Snapshot | undefined): boolean {
  const status = runStatusSchema.safeParse(snapshot?.get('status'));
  return status.success && isTerminal(status.data);
}
