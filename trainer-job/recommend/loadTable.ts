/** A file of lists as a table of BigQuery, by a load job. The SDK is loaded when one is asked for. */
import { setTimeout as pause } from 'node:timers/promises';
import type { BigQuery } from '@google-cloud/bigquery';
import type { ListTable } from '@trainyard/shared';
import { z } from 'zod';
import type { CloudSettings } from '../cloud/cloudSettings.js';
import { thrown, withRetries } from '../cloud/retries.js';
import type { RequestContext } from '../cloud/storage.js';
import { loadProblem } from './loadProblem.js';

const LOOK_MS = 1000;
const ALREADY_EXISTS = 409;

const jobSchema = z.object({
  status: z.object({
    state: z.string(),
    errorResult: z.object({ reason: z.string().default(''), message: z.string().default('') }).optional(),
  }),
  statistics: z.object({ load: z.object({ outputRows: z.coerce.number() }).optional() }).default({}),
});

/**
 * Puts the rows of a Parquet file in the place of all that the table has; a table that is not there is made. `jobId` names the job: one
 * that is sent again, because its answer was lost, is done once. Returns how many rows there are. Throws `TrainerError` for what
 * BigQuery refuses.
 */
export async function loadTable(
  file: string,
  { table, location }: ListTable,
  jobId: string,
  context: RequestContext,
): Promise<number> {
  const { cloud, signal } = context;
  const [projectId = '', dataset = '', ...rest] = table.split('.');
  const place = location === undefined ? {} : { location };
  const client = await clientOf(projectId, cloud);
  const target = client.dataset(dataset, { projectId, ...place }).table(rest.join('.'));
  const trying = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await withRetries(work, { baseMs: cloud.retryBaseMs, signal });
    } catch (error) {
      throw loadProblem(error);
    }
  };
  await trying(async () => {
    try {
      await target.createLoadJob(file, {
        jobId,
        sourceFormat: 'PARQUET',
        writeDisposition: 'WRITE_TRUNCATE',
        createDisposition: 'CREATE_IF_NEEDED',
      });
    } catch (error) {
      if (thrown(error).status !== ALREADY_EXISTS) throw error;
    }
  });
  const job = client.job(jobId, place);
  for (;;) {
    const [metadata] = await trying(() => job.getMetadata());
    const { status, statistics } = jobSchema.parse(metadata);
    if (status.errorResult) {
      const { message } = status.errorResult;
      throw loadProblem(Object.assign(new Error(message), { errors: [status.errorResult] }));
    }
    if (status.state === 'DONE') return statistics.load?.outputRows ?? 0;
    await pause(LOOK_MS, undefined, { signal });
  }
}

async function clientOf(projectId: string, { bigQueryEndpoint }: CloudSettings): Promise<BigQuery> {
  const { BigQuery: Client } = await import('@google-cloud/bigquery');
  const client = new Client({
    autoRetry: false,
    projectId,
    ...(bigQueryEndpoint !== null && { apiEndpoint: bigQueryEndpoint }),
  });
  // Where nobody has to log in, the client forgets that an upload has headers.
  const request = client.makeAuthenticatedRequest;
  const withHeaders: typeof request = Object.assign(
    (...[options, handler]: Parameters<typeof request>) => request({ headers: {}, ...options }, handler),
    request,
  );
  client.makeAuthenticatedRequest = withHeaders;
  return client;
}
