/** What the API shows of stored documents. */
import type { ModelDocument } from '../firestore/model.js';
import { runName } from '../ids.js';
import type { Run } from '../runs/run.js';
import type { ModelView, RunView } from '../http/bodies.js';
import type { QueuedTrial } from '../sweeps/trial.js';
import type { QueuedTrialView } from '../sweeps/view.js';

/** A document without the version of its form, which is the store's business. */
export function withoutVersion<T extends { schemaVersion: unknown }>({
  schemaVersion: _version,
  ...shown
}: T): Omit<T, 'schemaVersion'> {
  return shown;
}

export function runViewOf({ lease: _lease, ...run }: Run): RunView {
  return { ...run, name: runName(run) };
}

/** Of what somebody wants tried, what differs from trial to trial. */
export function queuedTrialViewOf({ id, number, parameters }: QueuedTrial): QueuedTrialView {
  return { id, number, parameters };
}

export function modelViewOf({ schemaVersion: _version, newRows: _rows, ...model }: ModelDocument): ModelView {
  return { ...model, name: model.name ?? model.modelId };
}
