/** What a list is filtered and ordered by of a run: its fields, metrics, parameters and tags, without the rest of its document. */
import { blockingGates, flattened, runStatusSchema, type Flattened, type Run } from '@trainyard/shared';
import { z } from 'zod';

/** A longer text is no name, and nobody orders by it: its run is read where a filter asks for it. */
const MOST_TEXT = 500;
/** So many settings of a specification are kept; of longer ones, such as those that rename hundreds of columns, the run is read. */
const MOST_PARAMETERS = 1000;
/** So many of those that are left out are named. */
const MOST_LEFT_OUT = 20;

/** Fields of a run by the names that a filter gives them. */
export const summaryFieldsSchema = z.strictObject({
  runId: z.string(),
  runNumber: z.int().min(1),
  status: runStatusSchema,
  title: z.string(),
  intent: z.string().nullable(),
  experiment: z.string().nullable(),
  requestedBy: z.string(),
  modelType: z.string(),
  parentRunId: z.string().nullable(),
  sweepId: z.string().nullable(),
  trial: z.number().nullable(),
  quickRunId: z.string().nullable(),
  repeatOf: z.string().nullable(),
  retryOf: z.string().nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  updatedAt: z.string(),
  epochs: z.number(),
  bestEpoch: z.number().nullable(),
  seconds: z.number().nullable(),
  usd: z.number().nullable(),
  warnings: z.number(),
  gatesPassed: z.boolean().nullable(),
  errorCode: z.string().nullable(),
});
export type SummaryFields = z.infer<typeof summaryFieldsSchema>;

export type Scalar = Flattened[string];

/** As it is written. */
export interface RunSummary {
  fields: SummaryFields;
  /** Of the result, else of the newest epoch. */
  metrics: Readonly<Record<string, number>>;
  /** The specification by dotted keys, without its tags. */
  parameters: Readonly<Flattened>;
  tags: Readonly<Record<string, string>>;
  systemTags: Readonly<Record<string, string>>;
  /** The parameters that were left out, being too long or too many; null where these are too many to be named. */
  leftOut: readonly string[] | null;
}

/** As it is read: the metrics and parameters of most runs are never made into objects of their own. */
export interface SummaryRow extends Pick<RunSummary, 'fields' | 'tags' | 'systemTags' | 'leftOut'> {
  metric(name: string): number | undefined;
  parameter(key: string): Scalar | undefined;
  metricNames(): string[];
  parameterNames(): string[];
}

export function summaryOf(run: Run, isWhole = false): RunSummary {
  const { tags, ...settings } = run.spec;
  const all = Object.entries(flattened(settings));
  const short = all.filter(([, value]) => typeof value !== 'string' || value.length <= MOST_TEXT);
  const kept = isWhole ? all : short.slice(0, MOST_PARAMETERS);
  const keys = new Set(kept.map(([key]) => key));
  const leftOut = all.flatMap(([key]) => (keys.has(key) ? [] : [key]));
  return {
    fields: fieldsOf(run),
    metrics: { ...run.latestMetrics, ...run.result?.metrics },
    parameters: Object.fromEntries(kept),
    tags,
    systemTags: run.systemTags,
    leftOut: leftOut.length > MOST_LEFT_OUT ? null : leftOut,
  };
}

/** A summary that no page has yet, to be read as all others are. */
export function rowOf({ fields, tags, systemTags, leftOut, metrics, parameters }: RunSummary): SummaryRow {
  return {
    fields,
    tags,
    systemTags,
    leftOut,
    metric: (name) => own(metrics, name),
    parameter: (key) => own(parameters, key),
    metricNames: () => Object.keys(metrics),
    parameterNames: () => Object.keys(parameters),
  };
}

/** Whether the run has to be read to know the parameter. */
export function isLeftOut(row: SummaryRow, key: string): boolean {
  return row.leftOut === null ? row.parameter(key) === undefined : row.leftOut.includes(key);
}

/** Names come from specifications and callbacks: none of them reaches what every object has. */
export function own<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function fieldsOf(run: Run): SummaryFields {
  const { runId, runNumber, status, title, intent, experiment, requestedBy, parentRunId, quickRunId } = run;
  const { createdAt, startedAt, endedAt, updatedAt, result } = run;
  return {
    runId,
    runNumber,
    status,
    title,
    intent,
    experiment,
    requestedBy,
    modelType: run.spec.model.type,
    parentRunId,
    sweepId: run.sweep?.sweepId ?? null,
    trial: run.sweep?.trial ?? null,
    quickRunId,
    repeatOf: run.repeat?.of ?? null,
    retryOf: run.retryOf?.runId ?? null,
    createdAt,
    startedAt,
    endedAt,
    updatedAt,
    epochs: result?.epochsTrained ?? run.currentEpoch,
    bestEpoch: result?.bestEpoch ?? null,
    seconds: startedAt && endedAt ? (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 : null,
    usd: run.cost?.usd ?? null,
    warnings: run.warnings.length,
    gatesPassed: result ? blockingGates(run.gates).length === 0 : null,
    errorCode: run.error?.code ?? null,
  };
}
