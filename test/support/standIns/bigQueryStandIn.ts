/**
 * What tests have for BigQuery: its REST API as far as the history uses it, in memory. Tables check rows as the real ones do,
 * and keep one row of an insertId until the test has them forget. Answers are shaped like the ones of
 * https://cloud.google.com/bigquery/docs/reference/rest.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Column } from '../../../functions/history/tables.js';
import { HttpStandIn } from './httpStandIn.js';

export interface StoredTable {
  tableReference: { tableId: string };
  description?: string;
  schema: { fields: Column[] };
  timePartitioning?: unknown;
  clustering?: unknown;
}

type Row = Record<string, unknown>;
interface Sent {
  insertId: string;
  json: Row;
}
interface Answer {
  status: number;
  reason: string;
  message: string;
}
interface RowError {
  reason: string;
  message: string;
  location?: string;
}

export class BigQueryStandIn extends HttpStandIn {
  readonly projectId = 'demo-project';
  readonly dataset = 'trainyard';
  readonly datasets = new Set([this.dataset]);
  readonly tables = new Map<string, StoredTable>();
  /** `method path` of each request, the path without the project and the dataset. */
  readonly requests: string[] = [];
  /** Answers a request in its place. */
  before: (request: { what: string; rows: readonly Sent[] }) => Answer | undefined = () => undefined;
  /** What is wrong with a row beside what its table says. */
  refuse: (table: string, row: Sent) => RowError | undefined = () => undefined;
  private readonly stored = new Map<string, { id: string | undefined; row: Row }[]>();

  get options(): { projectId: string; dataset: string; apiEndpoint: string } {
    return { projectId: this.projectId, dataset: this.dataset, apiEndpoint: this.endpoint };
  }

  rows(table: string): Row[] {
    return (this.stored.get(table) ?? []).map(({ row }) => row);
  }

  /** The insertIds of the rows, in the order that they came. */
  ids(table: string): (string | undefined)[] {
    return (this.stored.get(table) ?? []).map(({ id }) => id);
  }

  /** As BigQuery does after a minute or so: the same row would be stored again. */
  forgetInsertIds(): void {
    for (const rows of this.stored.values()) for (const row of rows) row.id = undefined;
  }

  deleteTable(name: string): void {
    this.tables.delete(name);
    this.stored.delete(name);
  }

  protected async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const json = body === '' ? undefined : (JSON.parse(body) as unknown);
    const { status, answer } = this.handle(request, json);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  private handle({ method, url = '' }: IncomingMessage, body: unknown): { status: number; answer: unknown } {
    const path = new RegExp(`^/bigquery/v2/projects/${this.projectId}/datasets/(\\w+)/([^?]*)`).exec(url);
    const [, dataset = '', rest = ''] = path ?? [];
    const what = `${method} ${rest}`;
    const rows = rest.endsWith('/insertAll') ? (body as { rows: Sent[] }).rows : [];
    this.requests.push(what);
    const refused = this.before({ what, rows });
    if (refused) return problem(refused);
    if (!this.datasets.has(dataset)) return notFound(`Dataset ${this.projectId}:${dataset}`);
    if (what === 'POST tables') return this.create(body as StoredTable);
    const [, name = '', action] = rest.split('/');
    const table = this.tables.get(name);
    if (!table) return notFound(`Table ${this.projectId}:${dataset}.${name}`);
    if (method === 'GET') return { status: 200, answer: table };
    if (method === 'PATCH') return { status: 200, answer: Object.assign(table, body) };
    if (action === 'insertAll') return this.insertAll(name, table, body as { rows: Sent[] });
    return problem({ status: 501, reason: 'notImplemented', message: what });
  }

  private create(table: StoredTable) {
    const { tableId } = table.tableReference;
    if (this.tables.has(tableId)) {
      return problem({ status: 409, reason: 'duplicate', message: `Already Exists: Table ${tableId}` });
    }
    this.tables.set(tableId, table);
    return { status: 200, answer: table };
  }

  private insertAll(
    name: string,
    { schema }: StoredTable,
    body: { rows: Sent[]; skipInvalidRows?: boolean },
  ) {
    const stored = this.stored.get(name) ?? [];
    this.stored.set(name, stored);
    const failures = body.rows.map((row) => {
      const own = this.refuse(name, row);
      return own ? [own] : misfits(schema.fields, row.json);
    });
    const isRefused = body.skipInvalidRows !== true && failures.some((errors) => errors.length > 0);
    const insertErrors = body.rows.flatMap(({ insertId, json }, index) => {
      const errors = failures[index] ?? [];
      if (errors.length > 0) return [{ index, errors }];
      if (isRefused) return [{ index, errors: [{ reason: 'stopped', message: '' }] }];
      if (!stored.some(({ id }) => id === insertId)) stored.push({ id: insertId, row: json });
      return [];
    });
    return {
      status: 200,
      answer: {
        kind: 'bigquery#tableDataInsertAllResponse',
        ...(insertErrors.length > 0 && { insertErrors }),
      },
    };
  }
}

function problem({ status, reason, message }: Answer) {
  const errors = [{ domain: 'global', reason, message }];
  return { status, answer: { error: { code: status, message, errors } } };
}

function notFound(what: string) {
  return problem({ status: 404, reason: 'notFound', message: `Not found: ${what}` });
}

/** Everything about a row, or a record in it, that the columns do not hold. */
export function misfits(columns: readonly Column[], row: Row, within = ''): RowError[] {
  const known = new Set(columns.map(({ name }) => name));
  const unknown = Object.keys(row).filter((name) => !known.has(name));
  return [
    ...unknown.map((name) => invalid(within + name, `no such field: ${within}${name}.`)),
    ...columns.flatMap((column) => misfit(column, row[column.name], within + column.name)),
  ];
}

function misfit(column: Column, value: unknown, location: string): RowError[] {
  if (column.mode === 'REPEATED') {
    if (value === undefined) return [];
    if (!Array.isArray(value))
      return [invalid(location, `Repeated field must be imported as a JSON array: ${location}.`)];
    return value.flatMap((item) => misfit({ ...column, mode: 'REQUIRED' }, item, location));
  }
  if (value === undefined || value === null) {
    return column.mode === 'REQUIRED' ? [invalid(location, `Missing required field: ${location}.`)] : [];
  }
  if (column.type === 'RECORD') {
    return typeof value === 'object'
      ? misfits(column.fields ?? [], value as Row, `${location}.`)
      : [invalid(location, `This field: ${location} is not a record.`)];
  }
  return HOLDS[column.type](value)
    ? []
    : [invalid(location, `Cannot convert value to ${column.type} (bad value): ${JSON.stringify(value)}`)];
}

const HOLDS: Record<Exclude<Column['type'], 'RECORD'>, (value: unknown) => boolean> = {
  STRING: (value) => typeof value === 'string',
  TIMESTAMP: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  JSON: (value) => typeof value === 'string' && isJson(value),
  INTEGER: (value) => Number.isSafeInteger(value),
  FLOAT: (value) => typeof value === 'number' && Number.isFinite(value),
  BOOLEAN: (value) => typeof value === 'boolean',
};

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

function invalid(location: string, message: string): RowError {
  return { reason: 'invalid', location, message };
}
