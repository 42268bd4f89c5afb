/**
 * Adds to the history what it lacks of a subject. Of a run that has ended: epochs first, then the run, so that whoever finds a run
 * finds its epochs. After each insert the marker says what is there; who finds it there does not add it again. A crash between the
 * two repeats the insert, with the same keys.
 *
 * The writer of the run looks for epochs once more after its row is marked. An epoch stored before that is seen by this look;
 * one stored later finds the mark, and is added by its own trigger. So no epoch is missed, and few are added by both.
 */
import { isTerminal, type Epoch, type Run, type Subject, type SubjectKind } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { listEpochs, readRun } from '../runs/repository.js';
import type { HistorySink, KeyedRow } from './historySink.js';
import { mark, readMarker, type HistoryMarker, type Settled } from './marker.js';
import { epochRow, epochRowId, runRow, runRowId } from './rows.js';
import type { HistoryTableName } from './tables.js';

/** As many rows as Google recommends for a request; the longest training has 10,000 epochs. */
const BATCH = 500;

/** What adding to the history takes, beside the sink. */
export type HistoryPorts = Pick<ControlPlane, 'store' | 'log' | 'now'>;

/** Adds what the history lacks of the subject of this id. */
type Recorder = (cp: HistoryPorts, sink: HistorySink, id: string) => Promise<void>;

/** Null for the kinds of which the history has no table. */
const RECORDERS: Readonly<Record<SubjectKind, Recorder | null>> = {
  run: recordEndedRun,
  model: null,
  release: null,
  sweep: null,
};

/**
 * Does nothing where the history keeps nothing of the subject's kind, where it is not yet time, and where the history is complete.
 * @throws what the sink throws, and where it refused rows that it may take another time: call again.
 */
export async function recordHistory(
  cp: HistoryPorts,
  sink: HistorySink,
  { kind, id }: Pick<Subject, 'kind' | 'id'>,
): Promise<void> {
  await RECORDERS[kind]?.(cp, sink, id);
}

async function recordEndedRun(cp: HistoryPorts, sink: HistorySink, runId: string): Promise<void> {
  for (;;) {
    const run = await readRun(cp.store, runId);
    if (!run || !isTerminal(run.status)) return;
    const marker = await readMarker(cp.store, runId);
    const epochs = (await listEpochs(cp.store, runId)).filter((epoch) => isNews(marker, epoch));
    if (marker?.run && epochs.length === 0) return;
    for (let from = 0; from < epochs.length; from += BATCH) {
      await recordEpochs(cp, sink, run, epochs.slice(from, from + BATCH));
    }
    if (!marker?.run) await recordRun(cp, sink, run);
  }
}

/** For an epoch just stored: until the run's own row is there, whoever writes that one adds its epochs, too. */
export async function recordLateEpochs(
  cp: HistoryPorts,
  sink: HistorySink,
  { id: runId }: Pick<Subject, 'id'>,
): Promise<void> {
  const marker = await readMarker(cp.store, runId);
  if (marker?.run) await recordEndedRun(cp, sink, runId);
}

function isNews(marker: HistoryMarker | undefined, { epoch, attempt }: Epoch): boolean {
  return (marker?.epochs[epoch] ?? 0) < attempt;
}

async function recordEpochs(
  cp: HistoryPorts,
  sink: HistorySink,
  run: Run,
  epochs: readonly Epoch[],
): Promise<void> {
  const rows = epochs.map((epoch) => ({ id: epochRowId(run, epoch), row: epochRow(run, epoch) }));
  await record(cp, sink, run, 'training_epochs', rows, (ids) => {
    const settled = epochs.filter((epoch) => ids.has(epochRowId(run, epoch)));
    return { run: false, epochs: Object.fromEntries(settled.map(({ epoch, attempt }) => [epoch, attempt])) };
  });
}

async function recordRun(cp: HistoryPorts, sink: HistorySink, run: Run): Promise<void> {
  const rows = [{ id: runRowId(run), row: runRow(run) }];
  await record(cp, sink, run, 'training_runs', rows, (ids) => ({ run: ids.has(runRowId(run)), epochs: {} }));
}

/** Inserts, then marks what is settled: rows that were added, and rows that never will be, which are logged. */
async function record<T extends HistoryTableName>(
  cp: HistoryPorts,
  sink: HistorySink,
  { runId }: Run,
  table: T,
  rows: readonly KeyedRow<T>[],
  settledBy: (ids: ReadonlySet<string>) => Omit<Settled, 'refused'>,
): Promise<void> {
  const refused = await sink.insert(table, rows);
  const retriable = refused.filter(({ isRetriable }) => isRetriable);
  const permanent = refused.filter(({ isRetriable }) => !isRetriable);
  const open = new Set(retriable.map(({ id }) => id));
  const settled = new Set(rows.map(({ id }) => id).filter((id) => !open.has(id)));
  if (permanent.length > 0) {
    const lost = permanent.map(({ id, reasons }) => ({ id, reasons }));
    cp.log('ERROR', 'rows are refused and missing from the history', { runId, table, rows: lost });
  }
  const marks = { ...settledBy(settled), refused: permanent.map(({ id }) => id) };
  if (settled.size > 0) await mark(cp.store, runId, marks, cp.now());
  const [first] = retriable;
  if (!first) return;
  throw new Error(
    `${retriable.length} rows of run ${runId} are not taken by ${table} yet; ${first.id}: ${first.reasons.join('; ')}`,
  );
}
