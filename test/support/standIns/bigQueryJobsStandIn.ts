/**
 * What tests have for the jobs of BigQuery: its REST API as far as sources use it. Queries run on DuckDB, with GoogleSQL's names
 * for what it calls otherwise; EXPORT DATA puts the Parquet files into a stand-in of Cloud Storage. Answers are shaped like the
 * ones of https://cloud.google.com/bigquery/docs/reference/rest.
 */
import { mkdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { literal, withDatabase, type Database } from '../../../trainer-job/data/database.js';
import { HttpStandIn } from './httpStandIn.js';
import type { StorageStandIn } from './storageStandIn.js';

export interface StandInTable {
  /** DuckDB's SELECT of its rows. */
  sql: string;
  bytes: number;
  lastModifiedTime: number;
  type?: string;
  streamingBuffer?: object;
}
export interface StandInJob {
  id: string;
  query: string;
  maximumBytesBilled: string | undefined;
  location: string | undefined;
  state: 'RUNNING' | 'DONE';
  error?: { reason: string; message: string };
  files: number;
}
interface Answer {
  status: number;
  reason: string;
  message: string;
}

export class BigQueryJobsStandIn extends HttpStandIn {
  readonly projectId = 'demo-project';
  /** By `project.dataset.table`. */
  readonly tables = new Map<string, StandInTable>();
  readonly jobs = new Map<string, StandInJob>();
  readonly cancelled: string[] = [];
  /** Each request: `dryRun`, `insert`, `get`, `cancel` or `table`. */
  readonly requests: string[] = [];
  /** Answers a request in its place. */
  before: (what: string) => Answer | undefined = () => undefined;
  /** Answers a request that was carried out otherwise than it ended; `lost` breaks the connection off. */
  after: (what: string) => 'lost' | undefined = () => undefined;
  /** What becomes of a job that is started: it ends as soon as it is looked at unless this says otherwise. */
  fate: (job: StandInJob) => { reason: string; message: string } | 'endless' | undefined = () => undefined;
  /** Parquet files of an export. */
  shards = 2;

  constructor(
    private readonly folder: string,
    private readonly storage: StorageStandIn,
  ) {
    super();
  }

  override async start(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await super.start();
  }

  count(what: string): number {
    return this.requests.filter((request) => request === what).length;
  }

  protected async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse((await text(request)) || '{}') as Inserted;
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const path = pathname.replace(/^(\/bigquery\/v2)?\/projects\//, '').split('/');
    const what = kindOf(request.method ?? '', path, body);
    this.requests.push(what);
    const answer = this.before(what) ?? (await this.carriedOut(what, path, body));
    if (this.after(what) === 'lost') return void response.destroy();
    const refused = 'status' in answer && typeof answer.status === 'number';
    response.writeHead(refused ? (answer as Answer).status : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(refused ? problem(answer as Answer) : answer));
  }

  private async carriedOut(what: string, path: string[], body: Inserted): Promise<object> {
    switch (what) {
      case 'dryRun':
        return this.dryRun(body.configuration?.query?.query ?? '');
      case 'insert':
        return this.insert(body);
      case 'table':
        return this.table(`${path[0]}.${path[2]}.${path[4]}`);
      default:
        return this.job(path[2] ?? '', what === 'cancel');
    }
  }

  private async dryRun(query: string): Promise<object> {
    const names = namesIn(query);
    const missing = names.find((name) => !this.tables.has(name));
    if (missing) return notFound(`Table ${missing.replace('.', ':')} was not found in location US`);
    try {
      const columns = await this.database((database) =>
        database.rows(`DESCRIBE SELECT * FROM (${translated(query)}\n)`),
      );
      return {
        jobReference: { projectId: this.projectId, location: 'US' },
        status: { state: 'DONE' },
        statistics: {
          totalBytesProcessed: String(
            names.reduce((sum, name) => sum + (this.tables.get(name)?.bytes ?? 0), 0),
          ),
          query: {
            statementType: /^\s*(SELECT|WITH)\b/i.test(query) ? 'SELECT' : 'SCRIPT',
            schema: {
              fields: columns.map((row) => fieldOf(String(row['column_name']), String(row['column_type']))),
            },
            referencedTables: names.map((name) => {
              const [projectId, datasetId, tableId] = name.split('.');
              return { projectId, datasetId, tableId };
            }),
          },
        },
      };
    } catch (error) {
      return { status: 400, reason: 'invalidQuery', message: (error as Error).message };
    }
  }

  private async insert({ configuration, jobReference }: Inserted): Promise<object> {
    const id = jobReference?.jobId ?? '';
    if (this.jobs.has(id)) {
      return { status: 409, reason: 'duplicate', message: `Already Exists: Job ${this.projectId}:US.${id}` };
    }
    const { query = '', maximumBytesBilled } = configuration?.query ?? {};
    const job: StandInJob = {
      id,
      query,
      maximumBytesBilled,
      location: jobReference?.location,
      state: 'DONE',
      files: 0,
    };
    this.jobs.set(id, job);
    const fate = this.fate(job);
    if (fate === 'endless') job.state = 'RUNNING';
    else if (fate) job.error = fate;
    else await this.export(job);
    return { ...resource({ ...job, state: 'RUNNING' }), status: { state: 'RUNNING' } };
  }

  private async export(job: StandInJob): Promise<void> {
    const [, bucket = '', prefix = '', select = ''] =
      /^EXPORT DATA OPTIONS\(uri = 'gs:\/\/([^/]+)\/([^']*)\*\.parquet'.*?\) AS (.*)$/s.exec(job.query) ?? [];
    if (!this.storage.buckets.has(bucket)) {
      job.error = { reason: 'notFound', message: `Not found: bucket gs://${bucket}` };
      return;
    }
    await this.database(async (database) => {
      await database.run(`CREATE TABLE exported AS ${translated(select)}`);
      for (let shard = 0; shard < this.shards; shard++) {
        const file = join(this.folder, `${shard}.parquet`);
        await database.run(
          `COPY (SELECT * FROM exported WHERE rowid % ${this.shards} = ${shard}) TO ${literal(file)} (FORMAT parquet)`,
        );
        this.storage.put(bucket, `${prefix}${String(shard).padStart(12, '0')}.parquet`, await readFile(file));
      }
    });
    job.files = this.shards;
  }

  private table(name: string): object {
    const table = this.tables.get(name);
    if (!table) return notFound(`Table ${name}`);
    const { type = 'TABLE', lastModifiedTime, bytes, streamingBuffer } = table;
    return {
      type,
      creationTime: '1700000000000',
      lastModifiedTime: String(lastModifiedTime),
      numBytes: String(bytes),
      numRows: '1',
      ...(streamingBuffer && { streamingBuffer }),
    };
  }

  private job(id: string, isCancelled: boolean): object {
    const job = this.jobs.get(id);
    if (!job) return notFound(`Job ${id}`);
    if (!isCancelled) return resource(job);
    this.cancelled.push(id);
    job.state = 'DONE';
    job.error = { reason: 'stopped', message: 'Job execution was cancelled' };
    return { job: resource(job) };
  }

  /** On a database that has the tables, as views, and functions by GoogleSQL's names. */
  private async database<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const folder = join(this.folder, String(this.requests.length));
    await mkdir(folder, { recursive: true });
    return withDatabase(folder, async (database) => {
      await database.run('CREATE TYPE FLOAT64 AS DOUBLE');
      await database.run('CREATE MACRO TO_JSON_STRING(x) AS CAST(to_json(x) AS VARCHAR)');
      for (const [name, { sql }] of this.tables) await database.run(`CREATE VIEW "${name}" AS ${sql}`);
      return work(database);
    });
  }
}

interface Inserted {
  configuration?: { dryRun?: boolean; query?: { query?: string; maximumBytesBilled?: string } };
  jobReference?: { jobId?: string; location?: string };
}

function kindOf(method: string, path: readonly string[], { configuration }: Inserted): string {
  if (path[1] === 'datasets') return 'table';
  if (path[3] === 'cancel') return 'cancel';
  if (method === 'GET') return 'get';
  return configuration?.dryRun ? 'dryRun' : 'insert';
}

const TIME_TRAVEL = /\s+FOR SYSTEM_TIME AS OF TIMESTAMP '[^']*'/g;

function translated(sql: string): string {
  return sql.replace(TIME_TRAVEL, '').replace(/`((?:\\.|[^`])*)`/g, (_, name: string) => `"${name}"`);
}

/** The tables that stand in a query with their whole names. */
function namesIn(sql: string): string[] {
  return [...new Set([...sql.matchAll(/`([\w-]+\.\w+\.[^`]+)`/g)].map(([, name]) => name ?? ''))];
}

const TYPES: [RegExp, string][] = [
  [/^(BIGINT|INTEGER|SMALLINT|TINYINT)$/, 'INTEGER'],
  [/^(DOUBLE|FLOAT)$/, 'FLOAT'],
  [/^DECIMAL/, 'NUMERIC'],
  [/^BLOB$/, 'BYTES'],
  [/^STRUCT/, 'RECORD'],
  [/^TIMESTAMP/, 'TIMESTAMP'],
  [/^(BOOLEAN|DATE|TIME)$/, '$&'],
];

function fieldOf(name: string, type: string): object {
  const one = type.replace(/\[\]$/, '');
  const found = TYPES.find(([pattern]) => pattern.test(one))?.[1] ?? 'STRING';
  return { name, type: found === '$&' ? one : found, mode: one === type ? 'NULLABLE' : 'REPEATED' };
}

function resource({ id, state, error, files, location }: StandInJob): object {
  return {
    kind: 'bigquery#job',
    jobReference: { projectId: 'demo-project', jobId: id, location: location ?? 'US' },
    status: { state, ...(state === 'DONE' && error && { errorResult: error, errors: [error] }) },
    statistics: {
      startTime: '1800000000000',
      query: {
        totalBytesBilled: '10485760',
        ...(files > 0 && { exportDataStatistics: { fileCount: String(files), rowCount: '0' } }),
      },
    },
  };
}

function problem({ status, reason, message }: Answer) {
  return { error: { code: status, message, errors: [{ domain: 'global', reason, message }] } };
}

function notFound(what: string): Answer {
  return { status: 404, reason: 'notFound', message: `Not found: ${what}` };
}
