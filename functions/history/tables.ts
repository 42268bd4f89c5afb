/**
 * The tables of the history. A table's row is declared once, as a zod schema; the columns that BigQuery is told are derived
 * from it, so that a row that parses is a row that the table takes.
 */
import {
  EVERY_TEAM,
  instantSchema,
  metricNameSchema,
  modelIdSchema,
  runIdSchema,
  runResultSchema,
  runStatusSchema,
  stageNameSchema,
} from '@trainyard/shared';
import { z } from 'zod';

const metricSchema = z.strictObject({ name: metricNameSchema, value: z.number() });
/** BigQuery streams a JSON column as its text. */
const jsonText = z.string().meta({ format: 'json' });

export const runRowSchema = z.strictObject({
  run_id: runIdSchema.describe('The id of the run'),
  run_name: z.string().describe('The name people use: model#number'),
  model_id: modelIdSchema.describe('The model'),
  run_number: z.int().describe('Counts the runs of the model, from 1'),
  model_type: z.string().describe('What kind of model, such as retrieval'),
  status: runStatusSchema.describe('How it ended: completed, failed or cancelled'),
  attempt: z.int().describe('The last attempt: how often the run was launched'),
  retries_used: z.int().describe('Attempts spent on losses, preemptions and retriable failures'),
  retry_of: runIdSchema.nullable().describe('The run that this one went on from'),
  requested_by: z.string().describe('Who asked for it'),
  teams: z.array(z.string()).describe(`Teams whose members may see it; ${EVERY_TEAM} is everybody`),
  tags: z.array(z.strictObject({ key: z.string(), value: z.string() })).describe('Tags of the specification'),
  presets: z.array(z.string()).describe('The preset versions that the specification was made of'),
  spec_digest: z.string().describe('Equal for equal specifications'),
  spec: jsonText.describe('The specification, presets replaced by their content'),
  created_at: instantSchema.describe('When it was requested'),
  started_at: instantSchema
    .nullable()
    .describe('When its trainer was first heard of; null when it never was'),
  ended_at: instantSchema.describe('When it ended'),
  duration_seconds: z.number().nullable().describe('From started_at to ended_at'),
  epochs_trained: z.int().describe('Epochs finished; of a run that did not complete, by its last attempt'),
  total_epochs: z.int().describe('Epochs asked for'),
  best_epoch: z.int().nullable().describe('The epoch whose weights were kept'),
  early_stopped_at_epoch: z.int().nullable().describe('The epoch after which early stopping ended it'),
  backend: runResultSchema.shape.backend
    .nullable()
    .describe('What it was trained on: tensorflow, wasm or cpu'),
  examples_per_second: z.number().nullable().describe('Training throughput'),
  tier: z.string().nullable().describe('The compute tier of the last job'),
  cost_usd: z.number().nullable().describe('Time of all jobs at the price of their tiers, in US dollars'),
  peak_memory_mb: z.number().nullable().describe('The most resident memory told of, in MB'),
  peak_gpu_memory_mb: z.number().nullable().describe('The most GPU memory told of, in MB'),
  error_code: z
    .string()
    .nullable()
    .describe('Why it failed; of a cancelled run, why its last lost attempt did'),
  error_stage: stageNameSchema.nullable().describe('Where in the pipeline'),
  error_message: z.string().nullable().describe('The same in words'),
  gates_passed: z
    .boolean()
    .nullable()
    .describe('Whether every critical quality gate passed; null without gates'),
  gates: z
    .array(
      z.strictObject({
        metric: z.string(),
        value: z.number().nullable(),
        passed: z.boolean(),
        critical: z.boolean(),
      }),
    )
    .describe('Each quality gate'),
  metrics: z
    .array(metricSchema)
    .describe('Metrics of the result; of a run that did not complete, of its newest epoch'),
  baselines: z
    .array(z.strictObject({ baseline: z.string(), ...metricSchema.shape }))
    .describe('Test metrics of each baseline'),
  artifacts: z
    .array(z.strictObject({ name: z.string(), uri: z.string() }))
    .describe('What it left behind: the saved model, its vocabularies, …'),
});
export type RunRow = z.infer<typeof runRowSchema>;

export const epochRowSchema = z.strictObject({
  run_id: runIdSchema.describe('The id of the run'),
  model_id: modelIdSchema.describe('The model'),
  run_number: z.int().describe('Counts the runs of the model, from 1'),
  epoch: z.int().describe('From 1'),
  attempt: z.int().describe('The attempt that trained it; the highest of an epoch counts'),
  at: instantSchema.describe('When the trainer told of it, by its own clock'),
  seconds: z.number().describe('How long it took'),
  examples: z.int().describe('Examples trained on'),
  examples_per_second: z.number().describe('Training throughput'),
  metrics: z.array(metricSchema).describe('Metrics of training and validation after it'),
});
export type EpochRow = z.infer<typeof epochRowSchema>;

export interface HistoryTable {
  description: string;
  row: z.ZodObject;
  /** The column of the day that a row's partition is of. */
  partitionedBy: string;
  clusteredBy: string[];
}

export const historyTables = {
  training_runs: {
    description: 'Trainyard: training runs that have ended, a row each.',
    row: runRowSchema,
    partitionedBy: 'ended_at',
    clusteredBy: ['model_id', 'status'],
  },
  training_epochs: {
    description:
      'Trainyard: epochs of training runs that have ended, a row for each attempt that finished one.',
    row: epochRowSchema,
    partitionedBy: 'at',
    clusteredBy: ['model_id', 'run_id'],
  },
} as const satisfies Record<string, HistoryTable>;

export type HistoryTableName = keyof typeof historyTables;

/** A column as BigQuery's API tells it. */
export interface Column {
  name: string;
  type: 'STRING' | 'TIMESTAMP' | 'JSON' | 'INTEGER' | 'FLOAT' | 'BOOLEAN' | 'RECORD';
  mode: 'REQUIRED' | 'NULLABLE' | 'REPEATED';
  description?: string;
  fields?: Column[];
}

/** What of a JSON schema the rows make use of. */
interface Node {
  type?: string | string[];
  format?: string;
  description?: string;
  anyOf?: Node[];
  items?: Node;
  properties?: Record<string, Node>;
}

export function columnsOf(row: z.ZodObject): Column[] {
  return columns(z.toJSONSchema(row) as Node);
}

function columns({ properties = {} }: Node): Column[] {
  return Object.entries(properties).map(([name, node]) => {
    const values = alternatives(node).filter(({ type }) => type !== 'null');
    const isNullable = values.length < alternatives(node).length;
    const mode = node.type === 'array' ? 'REPEATED' : isNullable ? 'NULLABLE' : 'REQUIRED';
    const single = node.items ?? (values.length === 1 ? values[0] : undefined) ?? {};
    const type = columnType(name, single);
    return {
      name,
      type,
      mode,
      ...(node.description !== undefined && { description: node.description }),
      ...(type === 'RECORD' && { fields: columns(single) }),
    };
  });
}

/** What may stand there: JSON schemas say it with `anyOf`, or shorter with a list of types. */
function alternatives(node: Node): Node[] {
  return node.anyOf ?? [node.type ?? []].flat().map((type) => ({ ...node, type }));
}

/** @throws Error for a field that no column holds, such as a union: a mistake of whoever changed the row. */
function columnType(name: string, { type, format }: Node): Column['type'] {
  switch (type) {
    case 'string':
      return format === 'date-time' ? 'TIMESTAMP' : format === 'json' ? 'JSON' : 'STRING';
    case 'integer':
      return 'INTEGER';
    case 'number':
      return 'FLOAT';
    case 'boolean':
      return 'BOOLEAN';
    case 'object':
      return 'RECORD';
    default:
      throw new Error(`no column holds ${name}, which is no single value`);
  }
}
