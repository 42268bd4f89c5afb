/** Rows leave BigQuery by one job, which no attempt of a run pays for twice. */
import { setTimeout as pause } from 'node:timers/promises';
import type { JobState, QueryJobs } from '../../cloud/bigQuery.js';
import { jobProblem } from './bigQueryProblem.js';
import type { CloudContext } from './cloudContext.js';
import { parseObjectUri } from './objectUri.js';
import type { ObjectReader, StoredObject } from '../../cloud/storage.js';
import { TrainerError } from '../../errors/trainerError.js';

export interface ExportRequest {
  /** Equal for equal rows of one run; the job's id begins with it. */
  id: string;
  /** The statement that exports to a folder. */
  sqlTo(folder: string): string;
  exportUri: string;
  location: string | undefined;
}

export interface Exported {
  shards: StoredObject[];
  /** When the rows were read. Null where BigQuery does not say. */
  snapshot: string | null;
}

/** Jobs of a run that may fail or lose their files before it is given up. */
const MAX_JOBS = 10;

/**
 * The files of the job that an earlier attempt began, or of a new one. An id is of one job for ever, so that after one that
 * failed, or whose files are gone, comes the next number, with a folder of its own.
 */
export async function exportRows(
  request: ExportRequest,
  jobs: QueryJobs,
  storage: ObjectReader,
  context: CloudContext,
): Promise<Exported> {
  for (let number = 1; number <= MAX_JOBS; number++) {
    const id = `${request.id}_${number}`;
    const folder = `${request.exportUri.replace(/\/$/, '')}/${id}`;
    const start = await jobs.start(id, request.sqlTo(folder), request.location);
    context.log('info', start === 'found' ? 'the export of an earlier attempt is used' : 'exporting', {
      job: id,
    });
    const job = await ended(id, request.location, jobs, context);
    if (job.error) {
      if (start === 'started') throw jobProblem(job.error);
      continue;
    }
    const shards = await shardsIn(folder, storage);
    if (shards.length > 0 && shards.length === (job.files ?? shards.length)) {
      context.log('info', 'exported', { job: id, files: shards.length, billedBytes: job.billedBytes ?? 0 });
      return { shards, snapshot: job.startedMs === undefined ? null : new Date(job.startedMs).toISOString() };
    }
    context.log('warn', 'files of an export are missing; it is made again', {
      job: id,
      files: shards.length,
    });
  }
  throw new TrainerError(
    'export-incomplete',
    `${MAX_JOBS} exports of this run failed or lost their files`,
    'see the jobs in BigQuery, and whether something deletes the files below dataset.source.bigquery.exportUri',
  );
}

async function ended(
  id: string,
  location: string | undefined,
  jobs: QueryJobs,
  { cloud, signal, beforeEnd }: CloudContext,
): Promise<JobState> {
  // An attempt that is preempted leaves the job running: the next one finds it.
  const done = beforeEnd(async (reason) => {
    if (reason === 'stopped') await jobs.cancel(id, location);
  });
  try {
    for (;;) {
      const job = await jobs.state(id, location);
      if (job.state === 'DONE') return job;
      await pause(cloud.pollMs, undefined, { signal });
    }
  } finally {
    done();
  }
}

async function shardsIn(folder: string, storage: ObjectReader): Promise<StoredObject[]> {
  const { bucket, prefix } = parseObjectUri(`${folder}/*.parquet`);
  return storage.list(bucket, prefix, true);
}
