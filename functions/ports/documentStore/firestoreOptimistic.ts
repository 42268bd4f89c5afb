/** Changes of documents in Firestore under preconditions on their update times, without a lock. */
import { setTimeout as pause } from 'node:timers/promises';
import type {
  DocumentReference,
  FieldPath,
  FieldValue,
  Firestore,
  Timestamp,
  WriteBatch,
} from '@google-cloud/firestore';
import type { DocumentData, Transaction } from './documentStore.js';
import { existsError, hasCode, GRPC } from './firestoreErrors.js';
import { collectingTransaction, withoutReplaced, type Write } from './writes.js';

/** What of the SDK cannot be had from its types alone. */
export interface FieldTypes {
  FieldPath: typeof FieldPath;
  FieldValue: typeof FieldValue;
}

/** Random waits of up to 20 ms, 40 ms, … 2 s: together 9 s at most, 5 s in the mean. */
const MAX_ATTEMPTS = 12;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 2_000;

/** How Firestore says that a precondition does not hold, or that somebody else has the lock. */
const CONFLICTS = [GRPC.notFound, GRPC.alreadyExists, GRPC.failedPrecondition, GRPC.aborted];

/** What was read of a document: its fields and when they were written, or that there is none. */
interface Reading {
  updateTime: Timestamp | undefined;
  fields: readonly string[];
}

/** Runs `work` and commits its writes, again and again until nothing has come in between. */
export async function commitOptimistically<T>(
  firestore: Firestore,
  types: FieldTypes,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  let before: string | undefined;
  for (let attempt = 1; ; attempt++) {
    const readings = new Map<string, Reading>();
    const writes: Write[] = [];
    const result = await work(collect(firestore, readings, writes));
    if (writes.length === 0) return result;
    try {
      await batchOf(firestore, types, readings, writes).commit();
      return result;
    } catch (error) {
      const seen = fingerprintOf(readings);
      // A document that is there although nothing that was read has changed: no further attempt would find it gone.
      const exists = seen === before && existsError(error, pathsOfCreated(writes));
      if (exists) throw exists;
      if (!hasCode(error, CONFLICTS) || attempt === MAX_ATTEMPTS) throw error;
      before = seen;
    }
    await pause(Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)));
  }
}

function pathsOfCreated(writes: readonly Write[]): string[] {
  return writes.flatMap(({ kind, path }) => (kind === 'create' ? path : []));
}

function fingerprintOf(readings: ReadonlyMap<string, Reading>): string {
  return [...readings]
    .map(([path, { updateTime }]) => `${path} ${updateTime ? updateTime.valueOf() : 'missing'}`)
    .toSorted()
    .join();
}

function collect(firestore: Firestore, readings: Map<string, Reading>, writes: Write[]): Transaction {
  return collectingTransaction(async (path) => {
    const snapshot = await firestore.doc(path).get();
    const data = snapshot.data();
    readings.set(path, { updateTime: snapshot.updateTime, fields: Object.keys(data ?? {}) });
    return data && { path, data };
  }, writes);
}

function batchOf(
  firestore: Firestore,
  types: FieldTypes,
  readings: ReadonlyMap<string, Reading>,
  writes: readonly Write[],
): WriteBatch {
  const batch = firestore.batch();
  const unchanged = new Map(readings);
  for (const write of withoutReplaced(writes)) {
    const reference = firestore.doc(write.path);
    const reading = unchanged.get(write.path);
    // What a write of this batch has changed is no longer as it was read.
    unchanged.delete(write.path);
    const lastUpdateTime = reading?.updateTime;
    if (write.kind === 'delete') {
      if (!reading) batch.delete(reference);
      else batch.delete(reference, lastUpdateTime ? { lastUpdateTime } : { exists: false });
    } else if (write.kind === 'create' || (reading && !lastUpdateTime)) batch.create(reference, write.data);
    else if (reading && lastUpdateTime)
      replace(batch, types, { reference, reading, lastUpdateTime, data: write.data });
    else batch.set(reference, write.data);
  }
  return batch;
}

/** The SDK takes a precondition for an update only: one that names every field, the old ones that go as well, is a replacement. */
function replace(
  batch: WriteBatch,
  types: FieldTypes,
  {
    reference,
    reading,
    lastUpdateTime,
    data,
  }: { reference: DocumentReference; reading: Reading; lastUpdateTime: Timestamp; data: DocumentData },
): void {
  const kept = Object.entries(data).filter(([, value]) => value !== undefined);
  const names = new Set(kept.map(([name]) => name));
  const gone = reading.fields.filter((name) => !names.has(name));
  const [first, ...others] = [
    ...kept,
    ...gone.map((name): [string, unknown] => [name, types.FieldValue.delete()]),
  ].map(([name, value]): [FieldPath, unknown] => [new types.FieldPath(name), value]);
  // A document without fields, before and after.
  if (!first) batch.delete(reference, { lastUpdateTime }).create(reference, {});
  else batch.update(reference, first[0], first[1], ...others.flat(), { lastUpdateTime });
}
