/** BigQuery as far as sources need it. The SDK is loaded when a specification names a table or a query. */
import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { thrown, withRetries } from './retries.js';
import type { RequestContext } from './storage.js';

const count = z.coerce.number();
const columnSchema = z.object({
  name: z.string(),
  type: z.string(),
  mode: z.string().default('NULLABLE'),
});
export type ResultColumn = z.infer<typeof columnSchema>;

const tableReferenceSchema = z.object({ projectId: z.string(), datasetId: z.string(), tableId: z.string() });
type TableReference = z.infer<typeof tableReferenceSchema>;

const dryRunSchema = z
  .object({
    jobReference: z.object({ location: z.string().optional() }).default({}),
    statistics: z.object({
      totalBytesProcessed: count.default(0),
      query: z.object({
        statementType: z.string().default(''),
        schema: z.object({ fields: z.array(columnSchema).default([]) }).default({ fields: [] }),
        referencedTables: z.array(tableReferenceSchema).default([]),
      }),
    }),
  })
  .transform(({ jobReference, statistics: { totalBytesProcessed, query } }) => ({
    /** That a run of the query would read. */
    bytes: totalBytesProcessed,
    statementType: query.statementType,
    columns: query.schema.fields,
    tables: query.referencedTables,
    location: jobReference.location,
  }));
export type DryRun = z.infer<typeof dryRunSchema>;

const tableSchema = z.object({
  type: z.string().default('TABLE'),
  creationTime: z.coerce.string(),
  lastModifiedTime: z.coerce.string(),
  numRows: z.coerce.string().optional(),
  numBytes: z.coerce.string().optional(),
  streamingBuffer: z.unknown().optional(),
});
export type TableFacts = z.infer<typeof tableSchema>;

const jobSchema = z
  .object({
    status: z.object({
      state: z.string(),
      errorResult: z.object({ reason: z.string().default(''), message: z.string().default('') }).optional(),
    }),
    statistics: z
      .object({
        startTime: count.optional(),
        query: z
          .object({
            totalBytesBilled: count.optional(),
            exportDataStatistics: z.object({ fileCount: count.optional() }).optional(),
          })
          .optional(),
      })
      .default({}),
  })
  .transform(({ status, statistics }) => ({
    state: status.state,
    error: status.errorResult,
    /** When BigQuery began: the rows are those of this moment. Milliseconds since 1970. */
    startedMs: statistics.startTime,
    billedBytes: statistics.query?.totalBytesBilled,
    files: statistics.query?.exportDataStatistics?.fileCount,
  }));
export type JobState = z.infer<typeof jobSchema>;

export interface QueryJobs {
  /** What a query would read and give, without running it. */
  dryRun(sql: string): Promise<DryRun>;
  table(reference: TableReference): Promise<TableFacts>;
  /** Starts a job of this id, unless there is one: then it is `found`, whatever became of it. */
  start(id: string, sql: string, location: string | undefined): Promise<'started' | 'found'>;
  state(id: string, location: string | undefined): Promise<JobState>;
  cancel(id: string, location: string | undefined): Promise<void>;
}

export interface JobOptions {
  project: string | undefined;
  location: string | undefined;
  maxBytesBilled: number;
}

/** `problem` says in words what was refused. */
export async function openBigQuery(
  options: JobOptions,
  context: RequestContext,
  problem: (error: unknown) => unknown,
): Promise<QueryJobs> {
  const { BigQuery: Client } = await import('@google-cloud/bigquery');
  const { bigQueryEndpoint } = context.cloud;
  const client = new Client({
    autoRetry: false,
    ...(options.project !== undefined && { projectId: options.project }),
    ...(bigQueryEndpoint !== null && { apiEndpoint: bigQueryEndpoint }),
  });
  return new BigQueryJobs(client, options, context, problem);
}

const ALREADY_EXISTS = 409;

class BigQueryJobs implements QueryJobs {
  constructor(
    private readonly client: BigQuery,
    private readonly options: JobOptions,
    private readonly context: RequestContext,
    private readonly problem: (error: unknown) => unknown,
  ) {}

  async dryRun(query: string): Promise<DryRun> {
    const { location } = this.options;
    const [, answer] = await this.trying(() =>
      this.client.createJob({
        configuration: { dryRun: true, query: { query, useLegacySql: false } },
        ...(location !== undefined && { location }),
      }),
    );
    return dryRunSchema.parse(answer);
  }

  async table({ projectId, datasetId, tableId }: TableReference): Promise<TableFacts> {
    const table = this.client.dataset(datasetId, { projectId }).table(tableId);
    const [metadata] = (await this.trying(() => table.getMetadata())) as [unknown, unknown];
    return tableSchema.parse(metadata);
  }

  async start(id: string, query: string, location: string | undefined): Promise<'started' | 'found'> {
    const maximumBytesBilled = String(this.options.maxBytesBilled);
    return this.trying(async () => {
      try {
        await this.client.createJob({
          configuration: { query: { query, useLegacySql: false, maximumBytesBilled } },
          jobId: id,
          ...(location !== undefined && { location }),
        });
        return 'started';
      } catch (error) {
        // Of this run: an earlier attempt's, or this one's whose answer was lost.
        if (thrown(error).status === ALREADY_EXISTS) return 'found';
        throw error;
      }
    });
  }

  async state(id: string, location: string | undefined): Promise<JobState> {
    const [metadata] = (await this.trying(() => this.job(id, location).getMetadata())) as [unknown, unknown];
    return jobSchema.parse(metadata);
  }

  /** Asked once: it is the last thing that an attempt does. */
  async cancel(id: string, location: string | undefined): Promise<void> {
    await this.job(id, location).cancel();
  }

  private job(id: string, location: string | undefined) {
    return this.client.job(id, location === undefined ? {} : { location });
  }

  private async trying<T>(work: () => Promise<T>): Promise<T> {
    const { cloud, signal } = this.context;
    try {
      return await withRetries(work, { baseMs: cloud.retryBaseMs, signal });
    } catch (error) {
      throw this.problem(error);
    }
  }
}
