/** What the functions of the history have in common: where it goes, and when to give up. */
import type { Subject } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { controlPlane } from '../currentControlPlane.js';
import { openBigQueryHistorySink } from './bigQueryHistorySink.js';
import type { HistorySink } from './historySink.js';
import type { HistoryPorts } from './recordHistory.js';

/** The platform repeats a failing event for a day or longer; after this, a log entry is worth more than another attempt. */
const MAX_AGE_HOURS = 24;

export interface Trigger {
  id: string;
  /** When the write was made, ISO 8601. */
  time: string;
  /** The ids in the path of the document. */
  params: Readonly<Record<string, string>>;
}

/**
 * Hands a write of a subject's document, or of one below it, on to `record`, unless there is no history to write, or the event is
 * too old to be tried once more.
 */
export async function onSubjectWritten(
  { id: event, time, params }: Trigger,
  subject: Pick<Subject, 'kind' | 'id'>,
  record: (cp: HistoryPorts, sink: HistorySink, subject: Pick<Subject, 'kind' | 'id'>) => Promise<void>,
): Promise<void> {
  const cp = await controlPlane();
  const sink = sinkOf(cp);
  if (!sink) return;
  const hours = (cp.now().getTime() - Date.parse(time)) / 3_600_000;
  if (hours > MAX_AGE_HOURS) {
    const message = 'an event is given up: its rows are missing from the history';
    cp.log('ERROR', message, { ...params, event, hours });
    return;
  }
  await record(cp, sink, subject);
}

/** One for each control plane, for it keeps what it knows of the tables. Null: none is configured, which was said. */
const sinks = new WeakMap<ControlPlane, HistorySink | null>();

function sinkOf(cp: ControlPlane): HistorySink | null {
  const known = sinks.get(cp);
  if (known !== undefined) return known;
  const { history } = cp.config;
  if (!history) cp.log('INFO', 'no history is kept: set TRAINYARD_HISTORY_DATASET to keep one');
  const sink = history ? openBigQueryHistorySink(history) : null;
  sinks.set(cp, sink);
  return sink;
}
