/** History in BigQuery, by streaming inserts. The SDK is loaded at the first row: most processes have none to tell of. */
import type { Dataset, Table, TableMetadata } from '@google-cloud/bigquery';
import { z } from 'zod';
import type { HistorySink, KeyedRow, RefusedRow } from './historySink.js';
import { type Column, columnsOf, historyTables, type HistoryTable, type HistoryTableName } from './tables.js';

export interface BigQueryOptions {
  projectId: string;
  /** Must exist: where its data is kept is for whoever makes it to choose. */
  dataset: string;
  /** Google's service unless given. */
  apiEndpoint?: string | undefined;
}

export function openBigQueryHistorySink(options: BigQueryOptions): HistorySink {
  return new BigQueryHistorySink(options);
}

const NOT_FOUND = 404;
const ALREADY_EXISTS = 409;
/** What is wrong with the request itself: malformed, out of the table's bounds, too large. */
const REFUSED = new Set<unknown>([400, 413]);

class BigQueryHistorySink implements HistorySink {
  private opened: Promise<Dataset> | undefined;
  private readonly tables = new Map<HistoryTableName, Promise<Table>>();

  constructor(private readonly options: BigQueryOptions) {}

  async insert<T extends HistoryTableName>(name: T, rows: readonly KeyedRow<T>[]): Promise<RefusedRow[]> {
    const table = await this.table(name);
    const raw = rows.map(({ id, row }) => ({ insertId: id, json: row }));
    try {
      await table.insert(raw, { raw: true, skipInvalidRows: true, partialRetries: 0 });
      return [];
    } catch (error) {
      const refused = refusedRows(error);
      if (refused) return refused;
      if (REFUSED.has(statusOf(error))) return this.insertApart(name, rows, error);
      // The next attempt looks at the table again: it may have been deleted.
      this.tables.delete(name);
      // The platform logs no causes, so the message has it.
      throw new Error(`${rows.length} rows could not be added to ${name}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /** A request that was refused as a whole is made again in halves, until it is known which rows are to blame. */
  private async insertApart<T extends HistoryTableName>(
    name: T,
    rows: readonly KeyedRow<T>[],
    error: unknown,
  ): Promise<RefusedRow[]> {
    const [only, ...others] = rows;
    if (only && others.length === 0) {
      return [{ id: only.id, reasons: [messageOf(error)], isRetriable: false }];
    }
    const half = Math.ceil(rows.length / 2);
    const first = await this.insert(name, rows.slice(0, half));
    return [...first, ...(await this.insert(name, rows.slice(half)))];
  }

  /** Made, or brought up to date, at the first call of this process. */
  private table(name: HistoryTableName): Promise<Table> {
    const known = this.tables.get(name);
    if (known) return known;
    const prepared = this.prepare(name).catch((error: unknown) => {
      this.tables.delete(name);
      throw new Error(`could not look at or make the table ${name}: ${messageOf(error)}`, { cause: error });
    });
    this.tables.set(name, prepared);
    return prepared;
  }

  private async prepare(name: HistoryTableName): Promise<Table> {
    const dataset = await this.dataset();
    const table = dataset.table(name);
    const metadata = await metadataOf(table);
    if (metadata) await addMissingColumns(table, historyTables[name], metadata);
    else await this.create(dataset, name);
    return table;
  }

  private async create(dataset: Dataset, name: HistoryTableName): Promise<void> {
    const { description, row, partitionedBy, clusteredBy }: HistoryTable = historyTables[name];
    try {
      await dataset.createTable(name, {
        description,
        schema: { fields: columnsOf(row) },
        timePartitioning: { type: 'DAY', field: partitionedBy },
        clustering: { fields: clusteredBy },
      });
    } catch (error) {
      if (statusOf(error) === ALREADY_EXISTS) return;
      if (statusOf(error) !== NOT_FOUND) throw error;
      const { projectId, dataset: id } = this.options;
      throw new Error(
        `BigQuery has no dataset ${projectId}.${id}: make it, for example with "bq --location=EU mk --dataset ${projectId}:${id}"`,
        { cause: error },
      );
    }
  }

  private dataset(): Promise<Dataset> {
    this.opened ??= open(this.options).catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }
}

async function open({ projectId, dataset, apiEndpoint }: BigQueryOptions): Promise<Dataset> {
  const { BigQuery } = await import('@google-cloud/bigquery');
  // One request is one attempt: the platform repeats the whole function, with a pause that grows.
  const client = new BigQuery({ projectId, autoRetry: false, ...(apiEndpoint && { apiEndpoint }) });
  return client.dataset(dataset);
}

/** Undefined where there is no such table. */
async function metadataOf(table: Table): Promise<TableMetadata | undefined> {
  try {
    const [metadata] = (await table.getMetadata()) as [TableMetadata, unknown];
    return metadata;
  } catch (error) {
    if (statusOf(error) === NOT_FOUND) return undefined;
    throw error;
  }
}

/** A table made by an older version gets the columns that have come since; a table in use takes no column that must be set. */
async function addMissingColumns(
  table: Table,
  { row }: HistoryTable,
  { schema }: TableMetadata,
): Promise<void> {
  const { fields } = existingSchema.parse(schema);
  const { all, isChanged } = withMissing(fields, columnsOf(row));
  if (isChanged) await table.setMetadata({ schema: { fields: all } });
}

const existingSchema = z.object({ fields: z.array(z.looseObject({ name: z.string() })) });
type ExistingColumn = z.infer<typeof existingSchema>['fields'][number];

/** Records get what they lack as tables do. What somebody added stays. */
function withMissing(
  existing: readonly ExistingColumn[],
  wanted: readonly Column[],
): { all: ExistingColumn[]; isChanged: boolean } {
  const known = new Set(existing.map(({ name }) => name));
  const missing = wanted.filter(({ name }) => !known.has(name)).map(nullable);
  let isChanged = missing.length > 0;
  const kept = existing.map((column) => {
    const own = wanted.find(({ name }) => name === column.name);
    const record = existingSchema.safeParse(column);
    if (!own?.fields || !record.success) return column;
    const within = withMissing(record.data.fields, own.fields);
    isChanged ||= within.isChanged;
    return { ...column, fields: within.all };
  });
  return { all: [...kept, ...missing], isChanged };
}

const nullable = ({ mode, ...column }: Column): ExistingColumn => ({
  ...column,
  mode: mode === 'REQUIRED' ? 'NULLABLE' : mode,
});

/** What the client throws when the request was taken and some of its rows were not. */
const partialFailureSchema = z.object({
  name: z.literal('PartialFailureError'),
  errors: z.array(
    z.object({
      row: z.object({ insertId: z.string() }),
      errors: z.array(z.object({ reason: z.string().default(''), message: z.string().default('') })),
    }),
  ),
});

function refusedRows(error: unknown): RefusedRow[] | undefined {
  const partial = partialFailureSchema.safeParse(error);
  return partial.data?.errors.map(({ row, errors }) => ({
    id: row.insertId,
    reasons: errors.map(({ reason, message }) => `${reason}: ${message}`),
    isRetriable: !errors.some(isPermanent),
  }));
}

/** A column that the table lacks is no fault of the row: columns just added take minutes to be known everywhere. */
function isPermanent({ reason, message }: { reason: string; message: string }): boolean {
  return reason === 'invalid' && !/no such field/i.test(message);
}

function statusOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
