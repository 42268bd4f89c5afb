/** Reads and writes of the documents of sweeps. */
import {
  openSweepSchema,
  paths,
  type FinalRun,
  type OpenSweep,
  type QueuedTrial,
  type Sweep,
  type SweepEnd,
  type Trial,
} from '@trainyard/shared';
import {
  packed,
  storedEnd,
  storedFinal,
  storedQueued,
  storedSweep,
  storedTrial,
} from '@trainyard/shared/sweeps/stored';
import type {
  DocumentData,
  DocumentReader,
  DocumentStore,
  StoredDocument,
} from '../ports/documentStore/documentStore.js';
import type { Write } from '../ports/documentStore/writes.js';
import { queries } from '../queries.js';

export function sweepData(sweep: Sweep): DocumentData {
  return { ...sweep, space: packed(sweep.space) };
}

/** Of a sweep that has just begun this round. */
export function roundWrites(sweep: Sweep): Write[] {
  const { sweepId, round, updatedAt: since } = sweep;
  return [
    { kind: 'set', path: paths.sweep(sweepId), data: sweepData(sweep) },
    { kind: 'create', path: paths.openSweep(sweepId, round), data: { sweepId, since } },
  ];
}

export function parseSweep({ data }: StoredDocument): Sweep {
  return storedSweep(data);
}

export async function readSweep(from: DocumentReader, sweepId: string): Promise<Sweep | undefined> {
  const document = await from.get(paths.sweep(sweepId));
  return document && parseSweep(document);
}

export function trialWrite(kind: 'create' | 'set', trial: Trial): Write {
  const data = { ...trial, parameters: packed(trial.parameters) };
  return { kind, path: paths.trial(trial.sweepId, trial.number), data };
}

export function parseTrial({ data }: StoredDocument): Trial {
  return storedTrial(data);
}

export async function readTrial(
  from: DocumentReader,
  sweepId: string,
  number: number,
): Promise<Trial | undefined> {
  const document = await from.get(paths.trial(sweepId, number));
  return document && parseTrial(document);
}

export function endWrite(end: SweepEnd): Write {
  const best = end.best && { ...end.best, parameters: packed(end.best.parameters) };
  return { kind: 'create', path: paths.sweepEnd(end.sweepId, end.round), data: { ...end, best } };
}

/** How the round that the sweep is in has ended; undefined while it has not. */
export async function readEnd(
  from: DocumentReader,
  { sweepId, round }: Pick<Sweep, 'sweepId' | 'round'>,
): Promise<SweepEnd | undefined> {
  const document = await from.get(paths.sweepEnd(sweepId, round));
  return document && storedEnd(document.data);
}

/** How the round ended that ended at this instant: the sweep may have been extended since. */
export async function readEndAt(
  from: DocumentReader,
  { sweepId, round: newest }: Pick<Sweep, 'sweepId' | 'round'>,
  endedAt: string,
): Promise<SweepEnd | undefined> {
  for (let round = newest; round > 0; round--) {
    const end = await readEnd(from, { sweepId, round });
    if (end?.endedAt === endedAt) return end;
  }
  return undefined;
}

/** Takes the number of a trial: whoever else wants it fails. */
export function placeWrite(sweepId: string, number: number, taker: 'search' | 'queue'): Write {
  return { kind: 'create', path: paths.sweepPlace(sweepId, number), data: { taker } };
}

export function queuedWrite(queued: QueuedTrial): Write {
  const data = { ...queued, parameters: packed(queued.parameters) };
  return { kind: 'create', path: paths.queuedTrial(queued.sweepId, queued.number), data };
}

/** What somebody wants tried, the first to ask first. */
export async function readQueue(
  store: DocumentStore,
  sweepId: string,
  limit: number,
): Promise<QueuedTrial[]> {
  const found = await store.query(queries.queuedTrials(sweepId, limit));
  return found.map(({ data }) => storedQueued(data));
}

export function finalWrite(kind: 'create' | 'set', sweepId: string, final: FinalRun): Write {
  const data = { ...final, overrides: packed(final.overrides) };
  return { kind, path: paths.finalRun(sweepId, final.runId), data };
}

export async function readFinals(store: DocumentStore, sweepId: string): Promise<FinalRun[]> {
  const found = await store.query(queries.finalRuns(sweepId));
  return found.map(({ data }) => storedFinal(data));
}

export function parseOpenSweep({ data }: StoredDocument): OpenSweep {
  return openSweepSchema.parse(data);
}
