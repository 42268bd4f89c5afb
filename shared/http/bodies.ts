import { z } from 'zod';
import { metricsSchema } from '../common.js';
import { rangeSchema } from '../compute/range.js';
import { modelDocumentSchema, modelVersionSchema, retrainPolicySchema } from '../firestore/model.js';
import { DEFAULT_ORDER_METRIC, orderMetricSchemaOf } from '../metrics/orderings.js';
import {
  epochSchema,
  logLineSchema,
  runEventRecordSchema,
  runSchema,
  stageSchema,
  teamsSchema,
} from '../runs/run.js';
import { runStatusSchema } from '../runs/status.js';
import {
  presetContentSchemas,
  presetIdSchema,
  presetSchema,
  presetVersionSchemas,
  unresolvedSpecSchema,
} from '../spec/presets.js';
import { storedSpecSchema } from '../spec/trainingSpec.js';

/** Request bodies larger than this are refused with 413. */
export const MAX_BODY_BYTES = 256_000;

export const startRequestSchema = z.strictObject({ spec: unresolvedSpecSchema });

/** A run as the API shows it: the listener's document without the dispatcher's claim. */
export const runViewSchema = runSchema.omit({ lease: true }).extend({ name: z.string() });
export type RunView = z.infer<typeof runViewSchema>;

/** A count as a query writes it: in digits, nothing else. */
const countInQuery = (max: number) =>
  z.preprocess(
    (text) => (typeof text === 'string' && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : text),
    z.int().min(1).max(max),
  );

export const pageQuerySchema = z.strictObject({
  limit: countInQuery(200).prefault(50),
  cursor: z.string().max(500).optional(),
});
export const logsQuerySchema = z
  .strictObject({
    cursor: z.string().max(500).optional(),
    /** Only the last lines, as many as given. */
    tail: countInQuery(5000).optional(),
  })
  .refine(({ cursor, tail }) => cursor === undefined || tail === undefined, 'give cursor or tail, not both');

/** `true` and `false` as a query writes them. */
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
export const startQuerySchema = z.strictObject({
  /** Checks the request and estimates; nothing is recorded. */
  dryRun: flag.optional(),
  /** For the estimate: how many rows the data has, where that is known. */
  rows: countInQuery(999_999_999).optional(),
});

/** The metrics of results that runs can be ordered by: each has an index. The least is best of losses, else the greatest. */
export const orderMetricSchema = orderMetricSchemaOf();
export type OrderMetric = z.infer<typeof orderMetricSchema>;

/** `key=value` of a tag; the value may hold more of `=`, or nothing. */
const tagQuery = z
  .string()
  .max(320)
  .regex(/^[^=]+=/, 'must be key=value');

export const listRunsQuerySchema = z
  .strictObject({
    ...pageQuerySchema.shape,
    status: runStatusSchema.optional(),
    tag: tagQuery.optional(),
    /** Completed runs only, the best first. Without it: all, the newest first. */
    bestBy: orderMetricSchema.optional(),
  })
  .refine(
    ({ status, bestBy }) => bestBy === undefined || status === undefined || status === 'completed',
    'only completed runs have results: leave out status, or ask for completed',
  );
export const bestRunsQuerySchema = z.strictObject({
  metric: orderMetricSchema.default(DEFAULT_ORDER_METRIC),
  limit: countInQuery(200).prefault(10),
});

export const runPageSchema = z.strictObject({
  runs: z.array(runViewSchema),
  nextCursor: z.string().nullable(),
});
export const metricsPageSchema = z.strictObject({ epochs: z.array(epochSchema) });
export const stagesPageSchema = z.strictObject({ stages: z.array(stageSchema) });
export const eventsPageSchema = z.strictObject({ events: z.array(runEventRecordSchema) });
export const logPageSchema = z.strictObject({
  lines: z.array(logLineSchema.extend({ attempt: z.int() })),
  nextCursor: z.string().nullable(),
});

/** What a start would take on one of its tiers; null for what nothing is known about. */
export const tierEstimateSchema = z.strictObject({
  tier: z.string(),
  /** From the launch to the end; the low end is where early stopping ends it first. */
  seconds: rangeSchema.nullable(),
  usdPerHour: z.number().nullable(),
  usd: rangeSchema.nullable(),
  /** Why the tier is left out; null where it is large enough as far as that can be told. */
  tooSmall: z.string().nullable(),
});
export type TierEstimate = z.infer<typeof tierEstimateSchema>;

/**
 * What a start would take: by the newest completed run of the model, else by its rows and what trainers are known to do. `tier`,
 * `seconds` and `usd` are those of the first tier.
 */
export const estimateSchema = z.strictObject({
  /** The run that was measured. */
  basis: z.strictObject({ runId: z.string(), name: z.string() }).nullable(),
  /** Of the data set; as given, else of the basis, else as the specification expects. */
  rows: rangeSchema.nullable(),
  ...tierEstimateSchema.shape,
  tiers: z.array(tierEstimateSchema),
  /** The cheapest of those that are large enough, at the high end; null where one has no price. */
  recommendedTier: z.string().nullable(),
  /** The most memory that the basis used, in MB: of the process, and of its GPUs. */
  memoryMb: z.number().nullable(),
  gpuMemoryMb: z.number().nullable(),
  /** What the numbers rest on, and what they leave out, in words. */
  notes: z.array(z.string()),
});
export type Estimate = z.infer<typeof estimateSchema>;
export const dryRunSchema = z.strictObject({
  dryRun: z.literal(true),
  spec: storedSpecSchema,
  presets: z.array(z.string()),
  estimate: estimateSchema,
});

/** A model as the API shows it. */
export const modelViewSchema = modelDocumentSchema
  .omit({ schemaVersion: true, newRows: true })
  .extend({ name: z.string() });
export type ModelView = z.infer<typeof modelViewSchema>;
export const modelPageSchema = z.strictObject({
  models: z.array(modelViewSchema),
  nextCursor: z.string().nullable(),
});
/** What an administrator may set of a model; what is not given stays. */
export const modelChangeSchema = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  teams: teamsSchema.optional(),
  retrain: retrainPolicySchema.optional(),
  /** USD that its runs may cost in a month of UTC; null takes the limit away. */
  monthlyBudgetUsd: modelDocumentSchema.shape.monthlyBudgetUsd.unwrap().optional(),
});
export const modelVersionViewSchema = modelVersionSchema.omit({ schemaVersion: true });
export const modelVersionPageSchema = z.strictObject({
  versions: z.array(modelVersionViewSchema),
  nextCursor: z.string().nullable(),
});
export const promoteRequestSchema = z.strictObject({
  stage: z.enum(['staging', 'production']),
  /** Promotes although a gate did not pass; administrators only. */
  force: z.boolean().default(false),
});
export const bestRunsSchema = z.strictObject({
  runs: z.array(
    z.strictObject({ runId: z.string(), name: z.string(), value: z.number(), metrics: metricsSchema }),
  ),
});

/** Bodies of presets, by kind. */
export const presetRequestSchemas = {
  datasets: presetRequest(presetContentSchemas.datasets),
  'feature-configs': presetRequest(presetContentSchemas['feature-configs']),
  'model-configs': presetRequest(presetContentSchemas['model-configs']),
} as const;
function presetRequest<T extends z.ZodType>(content: T) {
  return z.strictObject({ id: presetIdSchema, description: z.string().max(1000).optional(), content });
}
const presetView = presetSchema.omit({ schemaVersion: true });
const presetFields = { ...presetView.shape, version: z.int().min(1), digest: z.string() };
/** A preset with the content of one of its versions. */
export const presetViewSchemas = {
  datasets: z.strictObject({ ...presetFields, content: presetVersionSchemas.datasets.shape.content }),
  'feature-configs': z.strictObject({
    ...presetFields,
    content: presetVersionSchemas['feature-configs'].shape.content,
  }),
  'model-configs': z.strictObject({
    ...presetFields,
    content: presetVersionSchemas['model-configs'].shape.content,
  }),
} as const;
export const presetPageSchema = z.strictObject({
  presets: z.array(presetView),
  nextCursor: z.string().nullable(),
});
export const presetVersionPageSchema = z.strictObject({
  versions: z.array(
    z.strictObject({
      version: z.int().min(1),
      digest: z.string(),
      createdBy: z.string(),
      createdAt: z.string(),
    }),
  ),
  nextCursor: z.string().nullable(),
});

/**
 * Server-Sent Events of `/stream`: `run` (the whole run view) and `epoch`, `stage` (a row each). The stream begins with
 * all that is stored and ends after a terminal `run`.
 */
export const streamEventSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('run'), data: runViewSchema }),
  z.strictObject({ event: z.literal('epoch'), data: epochSchema }),
  z.strictObject({ event: z.literal('stage'), data: stageSchema }),
]);
export type StreamEvent = z.infer<typeof streamEventSchema>;
