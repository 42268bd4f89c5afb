/** Tables and queries of BigQuery: known by when their tables last changed, exported and downloaded when rows are needed. */
import { digestOf, type BigQuerySource } from '@trainyard/shared';
import type { OpenedSource } from '../source/openedSource.js';
import { openBigQuery, type DryRun, type QueryJobs, type TableFacts } from '../../cloud/bigQuery.js';
import { onDemandUsd } from './bigQueryPrice.js';
import { bigQueryProblem, tooCostly } from './bigQueryProblem.js';
import { exportSql, isVolatile, rowsSql } from './bigQuerySql.js';
import type { CloudContext } from './cloudContext.js';
import { exportRows } from './exportJob.js';
import { openedObjects } from './objectSource.js';
import { openSourceStorage } from './sourceStorage.js';
import { TrainerError } from '../../errors/trainerError.js';

/** Raise it when the same rows would be exported otherwise. */
const EXPORT_VERSION = 1;
/** BigQuery names no more tables of a query than these. */
const MAX_NAMED_TABLES = 50;

/** Asks what the rows would cost, and refuses with a `TrainerError` what is too much or cannot be run. Nothing is billed yet. */
export async function openBigQueryRows(source: BigQuerySource, context: CloudContext): Promise<OpenedSource> {
  const { project, location, maxBytesBilled } = source;
  const jobs = await openBigQuery({ project, location, maxBytesBilled }, context, bigQueryProblem);
  const sql = rowsSql(source);
  const dry = await jobs.dryRun(sql);
  check(dry, source);
  const usd = Number(onDemandUsd(dry.bytes).toFixed(4));
  context.log('info', 'BigQuery would read', {
    bytes: dry.bytes,
    usdOnDemand: usd,
    tables: dry.tables.length,
  });
  const fingerprint = digestOf({
    version: EXPORT_VERSION,
    sql,
    ...(await versionOf(source, sql, dry, jobs, context)),
  });
  return {
    fingerprint,
    format: 'parquet',
    bytes: dry.bytes,
    fileCount: 1,
    files: async () => {
      const storage = await openSourceStorage(context);
      const { shards, snapshot } = await exportRows(
        {
          id: `trainyard_${context.runId}_${fingerprint.replace('sha256:', '').slice(0, 16)}`,
          sqlTo: (folder) => exportSql(sql, dry.columns, folder),
          exportUri: source.exportUri,
          location: location ?? dry.location,
        },
        jobs,
        storage,
        context,
      );
      const objects = openedObjects({ uri: source.exportUri, format: 'parquet' }, shards, storage, context);
      return { ...(await objects.files()), fingerprint, snapshot };
    },
  };
}

function check({ bytes, statementType, columns }: DryRun, { maxBytesBilled }: BigQuerySource): void {
  if (statementType !== '' && statementType !== 'SELECT') {
    throw new TrainerError(
      'invalid-query',
      `dataset.source.bigquery.query is a statement of kind ${statementType}`,
      'write one SELECT',
      { stage: 'ingest' },
    );
  }
  if (columns.length === 0) {
    throw new TrainerError('invalid-query', 'dataset.source.bigquery gives no columns', 'select some', {
      stage: 'ingest',
    });
  }
  if (bytes > maxBytesBilled) {
    const usd = onDemandUsd(bytes).toFixed(2);
    throw tooCostly(
      `BigQuery would read ${bytes} bytes (about $${usd} on demand); at most ${maxBytesBilled} are allowed`,
    );
  }
}

/**
 * What else the rows depend on. Where that cannot be told, the run itself: its attempts agree with one another, and no other run
 * takes them for its own.
 */
async function versionOf(
  { asOf }: BigQuerySource,
  sql: string,
  { tables }: DryRun,
  jobs: QueryJobs,
  { runId }: CloudContext,
): Promise<Record<string, unknown>> {
  // A table as of a time never changes any more.
  if (asOf !== undefined) return {};
  const facts = await Promise.all(tables.map((table) => jobs.table(table)));
  if (isVolatile(sql) || tables.length >= MAX_NAMED_TABLES || facts.some(changesUnseen)) return { runId };
  return { tables: facts.map((fact, i) => ({ ...tables[i], ...fact })) };
}

/** Views and external tables show others' rows; rows just streamed in count before the table says that it has changed. */
function changesUnseen({ type, streamingBuffer }: TableFacts): boolean {
  return !['TABLE', 'SNAPSHOT', 'CLONE'].includes(type) || streamingBuffer !== undefined;
}
