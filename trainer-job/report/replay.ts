/** What a new process still has to say for those before it. */
import { statSync } from 'node:fs';
import { assertNever, callbackSchemas } from '@trainyard/shared';
import { JournalReader, PositionWriter, readPosition, type Journal, type JournalEntry } from './journal.js';

/**
 * True for what stays true when its process is gone. A heartbeat is stale by then; how the old process ended is known
 * better by the new one's existence.
 */
function isReplayed({ kind, body }: JournalEntry): boolean {
  switch (kind) {
    case 'stage-complete':
    case 'epoch-complete':
    case 'log':
      return true;
    case 'checkpointed':
      return body['final'] === false;
    case 'heartbeat':
    case 'failed':
    case 'completed':
      return false;
    default:
      return assertNever(kind);
  }
}

/** The same callback as the new process says it. Its id stays within an attempt: there it is the same message. */
export function restamp(
  { id, kind, body }: JournalEntry,
  stamp: { attempt: number; seq: number },
  newId: () => string,
): JournalEntry {
  return { id: body.attempt === stamp.attempt ? id : newId(), kind, body: { ...body, ...stamp } };
}

/** The highest number used by a journal's process. */
export function highestSeq(journal: Journal): number {
  let highest = readPosition(journal).seq;
  for (const { entry } of entriesFrom(journal, 0)) highest = Math.max(highest, entry.body.seq);
  return highest;
}

/** The callbacks of a journal that nobody acknowledged and that are worth saying again, oldest first. */
export function* unacknowledged(journal: Journal): Generator<JournalEntry> {
  for (const { entry } of entriesFrom(journal, readPosition(journal).offset)) {
    if (isReplayed(entry) && callbackSchemas[entry.kind].safeParse(entry.body).success) yield entry;
  }
}

/** Marks a journal as dealt with, after all that was left in it stands in another one. */
export function close(journal: Journal): void {
  const writer = new PositionWriter(journal);
  writer.write({ offset: statSync(journal.file).size, seq: highestSeq(journal) });
  writer.close();
}

function* entriesFrom(journal: Journal, offset: number): Generator<{ entry: JournalEntry; end: number }> {
  const reader = new JournalReader(journal, offset);
  try {
    for (let next = reader.next(); next; next = reader.next()) yield next;
  } finally {
    reader.close();
  }
}
