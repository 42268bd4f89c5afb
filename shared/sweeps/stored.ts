/**
 * Documents of sweeps as they are stored. Spaces and parameters are the text of their JSON there: they may hold lists in lists, which
 * Firestore does not, and any number of entries, each of which it would index.
 */
import { isRecord } from '../isRecord.js';
import { sweepEndSchema, sweepSchema, type Sweep, type SweepEnd } from './sweep.js';
import { queuedTrialSchema, trialSchema, type QueuedTrial, type Trial } from './trial.js';
import { finalRunSchema, type FinalRun } from './view.js';

type Data = Record<string, unknown>;

/** A value as the text of its JSON. */
export const packed = (value: unknown): string => JSON.stringify(value);

/** What was packed; what is no text is left to the schema to refuse. */
function unpacked(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value;
}

export const storedSweep = (data: Data): Sweep =>
  sweepSchema.parse({ ...data, space: unpacked(data['space']) });

export const storedTrial = (data: Data): Trial =>
  trialSchema.parse({ ...data, parameters: unpacked(data['parameters']) });

export const storedQueued = (data: Data): QueuedTrial =>
  queuedTrialSchema.parse({ ...data, parameters: unpacked(data['parameters']) });

export function storedEnd(data: Data): SweepEnd {
  const { best } = data;
  return sweepEndSchema.parse({
    ...data,
    best: isRecord(best) ? { ...best, parameters: unpacked(best['parameters']) } : best,
  });
}

export const storedFinal = (data: Data): FinalRun =>
  finalRunSchema.parse({ ...data, overrides: unpacked(data['overrides']) });
