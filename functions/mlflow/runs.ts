/** Runs of an MLflow server: those that there are, found again by their tag, and those that are made. */
import type { RunView } from '@trainyard/shared';
import { foundRuns, nothing, runAnswer, type FoundRun } from './answers.js';
import { MLFLOW, RUN_ID_TAG, titleOf } from './content.js';
import { batchesOf, clipped, TAG_BYTES, type Batch, type Pair } from './limits.js';
import { MlflowError, type MlflowServer } from './server.js';

const EXISTS = 'RESOURCE_ALREADY_EXISTS';

/** Nothing is written there for a reason that only people can change; the message says how. */
export class NotWrittenError extends Error {
  override readonly name = 'NotWrittenError';
}

/** The run there that has this tag; undefined where none has. Of several, that which most was told of. */
export async function runTagged(
  server: MlflowServer,
  experimentId: string,
  { key, value }: Pair,
): Promise<FoundRun | undefined> {
  const { runs } = await server.post(
    '/runs/search',
    {
      experiment_ids: [experimentId],
      // The values are ids of ours: nothing in them needs an escape.
      filter: `tags.\`${key}\` = '${value}'`,
      run_view_type: 'ALL',
      max_results: 20,
    },
    foundRuns,
  );
  const [best, ...others] = runs.toSorted(
    (a, b) =>
      richnessOf(b) - richnessOf(a) ||
      a.info.start_time - b.info.start_time ||
      (a.info.run_id < b.info.run_id ? -1 : 1),
  );
  await Promise.all(others.map((other) => deleteEmpty(server, other)));
  return best;
}

/** An empty double comes of a request that was given up and heard all the same; it goes to MLflow's own bin. */
async function deleteEmpty(server: MlflowServer, run: FoundRun): Promise<void> {
  if (run.info.lifecycle_stage === 'deleted' || richnessOf(run) > 0) return;
  await server.post('/runs/delete', { run_id: run.info.run_id }, nothing);
}

function richnessOf({ data: { params, metrics } }: FoundRun): number {
  return params.length + metrics.length;
}

/** The run of this id; undefined where the server has none, or one of something else. */
export async function runOf(
  server: MlflowServer,
  mlflowRunId: string,
  tag: Pair,
): Promise<FoundRun | undefined> {
  try {
    const { run } = await server.get('/runs/get', { run_id: mlflowRunId }, runAnswer);
    return run.data.tags.some(({ key, value }) => key === tag.key && value === tag.value) ? run : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export interface NewRun {
  experimentId: string;
  name: string;
  startTime: number;
  tags: Pair[];
}

export async function createRun(server: MlflowServer, run: NewRun): Promise<FoundRun> {
  const { experimentId, name, startTime, tags } = run;
  const body = { experiment_id: experimentId, run_name: name, start_time: startTime, tags };
  return (await server.postOnce('/runs/create', body, runAnswer)).run;
}

/** Adds to a run there what it has not. */
export async function log(server: MlflowServer, mlflowRunId: string, content: Partial<Batch>): Promise<void> {
  // In their order: parameters and tags may be written again, points may not.
  for (const batch of batchesOf(content)) {
    const body = { run_id: mlflowRunId, ...batch };
    if (batch.metrics.length > 0) await server.postOnce('/runs/log-batch', body, nothing);
    else await server.post('/runs/log-batch', body, nothing);
  }
}

/** What a run is made with: enough to be found again, and to stand in its place. */
export function newRunOf(run: RunView, experimentId: string, parentId: string | null): NewRun {
  return {
    experimentId,
    name: titleOf(run),
    startTime: Date.parse(run.startedAt ?? run.createdAt),
    tags: [
      { key: RUN_ID_TAG, value: run.runId },
      { key: MLFLOW.user, value: clipped(run.requestedBy, TAG_BYTES) },
      ...(parentId === null ? [] : [{ key: MLFLOW.parent, value: parentId }]),
    ],
  };
}

export function refuseDeleted(server: MlflowServer, { info }: FoundRun): void {
  if (info.lifecycle_stage !== 'deleted') return;
  throw new NotWrittenError(
    `the run ${info.run_id} was deleted at ${server.uri}: restore it there to have it written again`,
  );
}

export function pageOf(server: MlflowServer, experimentId: string, mlflowRunId: string): string {
  return `${server.uri}/#/experiments/${encodeURIComponent(experimentId)}/runs/${encodeURIComponent(mlflowRunId)}`;
}

/** The id that a run is known to have at a server; undefined where it is not known, or of another server. */
export function runIdAt(uri: string, run: Pick<RunView, 'external'> | undefined): string | undefined {
  const external = run?.external;
  return external?.mlflowUrl.startsWith(`${uri}/#/`) ? external.mlflowRunId : undefined;
}

export function isExisting(error: unknown): boolean {
  return error instanceof MlflowError && error.code === EXISTS;
}

export function isAbsent(error: unknown): boolean {
  return error instanceof MlflowError && error.code === 'RESOURCE_DOES_NOT_EXIST';
}
