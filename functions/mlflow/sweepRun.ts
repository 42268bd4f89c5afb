/** The run there that stands for a sweep: the parent of its trials, which ends with it. */
import type { SweepEnd, SweepView } from '@trainyard/shared';
import { flattened } from '@trainyard/shared/spec/flattened';
import { nothing, type FoundRun } from './answers.js';
import { MLFLOW, type MlflowStatus } from './content.js';
import { clipped, keyOf, KEY_BYTES, TAG_BYTES, type Pair } from './limits.js';
import { createRun, log, refuseDeleted, runTagged } from './runs.js';
import type { MlflowServer } from './server.js';

const SWEEP_TAG = 'trainyard.sweep';
/** Says of a sweep that has ended that all is there which is said of its end. */
const ENDED_TAG = 'trainyard.endedAt';

/** How a sweep has ended. */
type SweepOutcome = Pick<SweepEnd, 'reason' | 'trials' | 'best' | 'costUsd' | 'endedAt'>;

export interface SweepFacts {
  sweepId: string;
  modelId: string;
  /** Empty where nobody gave one. */
  name: string;
  createdAt: string;
  /** `none`: it goes on · `unknown`: what is there of it stays as it is. */
  end: SweepOutcome | 'none' | 'unknown';
}

/** Of a sweep as the API shows it. */
export function sweepFactsOf(view: SweepView): SweepFacts {
  const { sweepId, modelId, name, createdAt, endReason, endedAt, trials, best, costUsd } = view;
  const count = Object.values(trials).reduce((sum, each) => sum + each, 0);
  const end =
    endReason && endedAt ? { reason: endReason, trials: count, best, costUsd, endedAt } : ('none' as const);
  return { sweepId, modelId, name, createdAt, end };
}

/** Its id there, where it is as the sweep is: it goes on, or has ended. Doing it again changes nothing. */
export async function writeSweep(
  server: MlflowServer,
  experimentId: string,
  facts: SweepFacts,
): Promise<string> {
  const found = await sweepRunOf(server, experimentId, facts);
  const runId = found.info.run_id;
  const { end } = facts;
  if (end === 'unknown') return runId;
  if (end === 'none') {
    // One that was extended after its end goes on.
    if (hasEnded(found)) await server.post('/runs/update', { run_id: runId, status: 'RUNNING' }, nothing);
    return runId;
  }
  const status = statusOf(end);
  const isThere = found.data.tags.some(({ key, value }) => key === ENDED_TAG && value === end.endedAt);
  if (isThere && found.info.status === status) return runId;
  await log(server, runId, { tags: tagsOf(end) });
  const body = { run_id: runId, status, end_time: Date.parse(end.endedAt) };
  await server.post('/runs/update', body, nothing);
  return runId;
}

function hasEnded({ info }: FoundRun): boolean {
  return info.status !== 'RUNNING' && info.status !== 'SCHEDULED';
}

function statusOf({ reason }: SweepOutcome): MlflowStatus {
  if (reason === 'cancelled') return 'KILLED';
  return reason === 'failures' ? 'FAILED' : 'FINISHED';
}

function tagsOf({ reason, trials, best, costUsd, endedAt }: SweepOutcome): Pair[] {
  const tags = Object.entries(flattened({ reason, trials, best, costUsd }, 'trainyard')).flatMap(
    ([name, value]) =>
      value === null ? [] : [{ key: keyOf(name), value: clipped(String(value), TAG_BYTES) }],
  );
  return [...tags, { key: ENDED_TAG, value: endedAt }];
}

/**
 * Found, or made. Two trials that come at once find it alike: whoever has made one looks which was the first, and an empty double goes to
 * MLflow's bin.
 */
async function sweepRunOf(
  server: MlflowServer,
  experimentId: string,
  { sweepId, modelId, name, createdAt }: SweepFacts,
): Promise<FoundRun> {
  const tag = { key: SWEEP_TAG, value: sweepId };
  const found = await runTagged(server, experimentId, tag);
  if (found) {
    refuseDeleted(server, found);
    return found;
  }
  const title = clipped(`sweep ${name === '' ? sweepId : `${name} (${modelId})`}`, KEY_BYTES);
  const tags = [tag, { key: 'trainyard.model', value: modelId }, { key: MLFLOW.source, value: 'trainyard' }];
  const startTime = Date.parse(createdAt);
  const made = await createRun(server, { experimentId, name: title, startTime, tags });
  return (await runTagged(server, experimentId, tag)) ?? made;
}
