import { z } from 'zod';
import { metricNameSchema, metricsSchema } from '../common.js';
import { described } from '../described.js';
import { modelDocumentSchema, retrainPolicySchema } from '../firestore/model.js';
import { canonicalMetricName } from '../metrics/names.js';
import { orderMetricSchemaOf } from '../metrics/orderings.js';
import {
  epochSchema,
  logLineSchema,
  runEventRecordSchema,
  runSchema,
  stageSchema,
  teamsSchema,
} from '../runs/run.js';
import { quickTestSchema } from '../quickTests/quickTest.js';
import { repeatCountSchema } from '../repeats/repeats.js';
import { startIdentityFields } from '../runs/identity.js';
import { runStatusSchema } from '../runs/statusSchemas.js';
import {
  presetContentSchemas,
  presetIdSchema,
  presetSchema,
  presetVersionSchemas,
  unresolvedSpecSchema,
} from '../spec/presets.js';
import type { PresetKind } from '../presetSections.js';
import { gateSetsSchema } from '../spec/evaluation/gateSets.js';
import { brokenGatesOfSet } from '../spec/rules/gates.js';
import {
  countInQuery,
  filterInQuery,
  flagInQuery,
  nextCursor,
  orderInQuery,
  searchInQuery,
} from './queries.js';
import { runNameSchema } from './runName.js';
import { unsearched } from './unsearched.js';

/** Request bodies larger than this are refused with 413. */
export const MAX_BODY_BYTES = 256_000;

export const startRequestSchema = z
  .strictObject({
    spec: described(
      unresolvedSpecSchema.clone(),
      'The specification of the run. The sections `dataset`, `features` and `model` may name presets.',
    ),
    quickTest: described(
      quickTestSchema.optional(),
      'Makes the run a quick test: a share of the users, few epochs, the cheapest tier first and a limit of the cost. `{}` takes the defaults; unless given, the whole is trained.',
      { share: 0.1, epochs: 3 },
    ),
    repeats: described(
      repeatCountSchema.clone().optional(),
      'Has the run repeated with other seeds, so many times, to see what its figures owe to chance: each repetition is a run of its own, a child of this one.',
      10,
    ),
    ...startIdentityFields,
  })
  .refine(({ quickTest, intent }) => !quickTest || intent === undefined || intent === 'quick-test', {
    path: ['intent'],
    message: 'is that of another run: leave it out, for a quick test has the intent quick-test',
  });

/** A run as the API shows it: the listener's document without the dispatcher's claim. */
export const runViewSchema = runSchema.omit({ lease: true }).extend({ name: runNameSchema });
export type RunView = z.infer<typeof runViewSchema>;

const cursorInQuery = described(
  z.string().max(500).optional(),
  'Where to go on: `nextCursor` of the page before; the beginning unless given.',
  'eyJhIjoiMjAyNi0xMS0yMFQxOToxODoyNS4wMDBaIn0',
);
export const pageQuerySchema = z.strictObject({
  limit: described(countInQuery(200).prefault(50), 'The greatest number of entries of the page.', 50),
  cursor: cursorInQuery,
});
export const logsQuerySchema = z
  .strictObject({
    cursor: cursorInQuery,
    tail: described(
      countInQuery(5000).optional(),
      'The number of last lines to give, instead of a page; not together with `cursor`.',
      100,
    ),
  })
  .refine(({ cursor, tail }) => cursor === undefined || tail === undefined, 'give cursor or tail, not both');

export const startQuerySchema = z.strictObject({
  dryRun: described(
    flagInQuery.optional(),
    'Whether the request is only checked and estimated: nothing is recorded.',
    'true',
  ),
  rows: described(
    countInQuery(999_999_999).optional(),
    'The number of rows that the data has, for the estimate; what the newest completed run of the model had unless given.',
    1_000_000,
  ),
});

/** The metrics of results that runs can be ordered by: each has an index. The least is best of losses, else the greatest. */
export const orderMetricSchema = orderMetricSchemaOf();
export type OrderMetric = z.infer<typeof orderMetricSchema>;

/** `key=value` of a tag; the value may hold more of `=`, or nothing. */
const tagQuery = described(
  z
    .string()
    .max(320)
    .regex(/^[^=]+=/, 'must be key=value'),
  'A tag that the runs have, `key=value`.',
  'team=search',
);

export const listRunsQuerySchema = z
  .strictObject({
    ...pageQuerySchema.shape,
    status: described(runStatusSchema.optional(), 'The status that the runs have; any unless given.'),
    tag: tagQuery.optional(),
    bestBy: described(
      orderMetricSchema.optional(),
      'The metric of results that completed runs are ordered by, the best first. Unless given, all runs come, the newest first.',
    ),
    filter: filterInQuery,
    orderBy: orderInQuery,
    search: searchInQuery,
  })
  .refine(
    ({ orderBy, bestBy }) => orderBy === undefined || bestBy === undefined,
    'give orderBy or bestBy, not both',
  )
  .refine(
    ({ status, bestBy }) => bestBy === undefined || status === undefined || status === 'completed',
    'only completed runs have results: leave out status, or ask for completed',
  );
export const bestRunsQuerySchema = z.strictObject({
  metric: described(
    metricNameSchema
      .clone()
      .overwrite((name) => canonicalMetricName(name))
      .optional(),
    "The metric of results that runs are ordered by: the primary metric of the model's newest completed run unless given. Of losses and errors the least is best, of all others the greatest. " +
      'One that no run has is refused, unless it is known.',
  ),
  limit: described(countInQuery(200).prefault(10), 'The greatest number of runs.', 10),
});

export const runPageSchema = z.strictObject({
  runs: described(z.array(runViewSchema), 'The runs of the page, in the order that was asked for.'),
  nextCursor,
  unsearched,
});
export type RunPage = z.infer<typeof runPageSchema>;
export const metricsPageSchema = z.strictObject({
  epochs: described(z.array(epochSchema), 'The epochs of the run, the first one first.'),
});
export const stagesPageSchema = z.strictObject({
  stages: described(z.array(stageSchema), 'The stages of the run that are done.'),
});
export const eventsPageSchema = z.strictObject({
  events: described(z.array(runEventRecordSchema), 'What happened to the run, the oldest first.'),
});
export const logPageSchema = z.strictObject({
  lines: described(
    z.array(
      logLineSchema.extend({
        attempt: described(z.int(), 'The number of the attempt that wrote the line, from 1.', 1),
      }),
    ),
    'The lines of the page, the oldest first.',
  ),
  nextCursor,
  endCursor: described(
    z.string().nullable(),
    'What to give as `cursor` for the lines that come after these, also when there are none yet; null before the first line.',
    'eyJhIjoiMjAyNi0xMS0yMFQxOToxODoyNS4wMDBaIn0',
  ),
});
export type LogPage = z.infer<typeof logPageSchema>;

/** Gate sets as somebody sets them: what no result could pass is refused before a run is paid for. */
const sentGateSetsSchema = described(
  gateSetsSchema.clone().superRefine((sets, context) => {
    for (const [name, gates] of Object.entries(sets))
      for (const { path, message } of brokenGatesOfSet(gates))
        context.addIssue({ code: 'custom', path: [name, ...path], message });
  }),
  "The model's gate sets, all of them: those that are not given are gone.",
  { release: [{ metric: 'test_recall_at_100', atLeast: 0.3, aboveProduction: true }] },
);

/** A model as the API shows it. */
export const modelViewSchema = modelDocumentSchema.omit({ schemaVersion: true, newRows: true }).extend({
  name: described(z.string(), 'The name for people; the id unless somebody gave another.', 'Shop'),
});
export type ModelView = z.infer<typeof modelViewSchema>;
export const modelPageSchema = z.strictObject({
  models: described(z.array(modelViewSchema), 'The models of the page, by their ids.'),
  nextCursor,
});
export type ModelPage = z.infer<typeof modelPageSchema>;
/** What an administrator may set of a model; what is not given stays. */
export const modelChangeSchema = z.strictObject({
  name: described(z.string().min(1).max(200).optional(), 'The new name for people.', 'Shop'),
  teams: teamsSchema.optional(),
  retrain: retrainPolicySchema.optional(),
  monthlyBudgetUsd: described(
    modelDocumentSchema.shape.monthlyBudgetUsd.unwrap().optional(),
    "The US dollars that the model's runs may cost in a month of UTC; null takes the limit away.",
    50,
  ),
  gateSets: sentGateSetsSchema.optional(),
});
export const bestRunsSchema = z.strictObject({
  metric: described(
    metricNameSchema.clone().nullable(),
    'The metric that the runs are ordered by; null where no run is completed and none was given.',
    'test_recall_at_100',
  ),
  runs: described(
    z.array(
      z.strictObject({
        runId: described(z.string(), 'The id of the run.', 'k3v7q2mzx5ahc4tnwy6d'),
        name: runNameSchema,
        value: described(z.number(), 'The value of the metric.', 0.312),
        metrics: described(metricsSchema.clone(), 'All metrics of the result.', {
          test_recall_at_100: 0.312,
        }),
      }),
    ),
    'The completed runs that have the metric, the best first.',
  ),
  unsearched: unsearched.clone(),
});

/** Bodies of presets, by kind. */
export const presetRequestSchemas = {
  datasets: presetRequest(presetContentSchemas.datasets),
  'feature-configs': presetRequest(presetContentSchemas['feature-configs']),
  'model-configs': presetRequest(presetContentSchemas['model-configs']),
} as const;
function presetRequest<T extends z.ZodType>(content: T) {
  return z.strictObject({
    id: presetIdSchema,
    description: described(
      z.string().max(1000).optional(),
      'What it is for, in words; as before unless given.',
      'All purchases since 2024',
    ),
    content: described(content.clone(), 'The section of a specification that the preset stands for.'),
  });
}
/** A preset without its content. */
export const presetFaceSchema = presetSchema.omit({ schemaVersion: true });
const versionView = {
  version: described(z.int().min(1), 'The number of the version, from 1.', 3),
  digest: presetVersionSchemas.datasets.shape.digest,
};
const presetFields = { ...presetFaceSchema.shape, ...versionView };
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
export type PresetView = z.infer<(typeof presetViewSchemas)[PresetKind]>;
export const presetPageSchema = z.strictObject({
  presets: described(z.array(presetFaceSchema), 'The presets of the page, by their ids.'),
  nextCursor,
});
export type PresetPage = z.infer<typeof presetPageSchema>;
export const presetVersionPageSchema = z.strictObject({
  versions: described(
    z.array(
      z.strictObject({
        ...versionView,
        createdBy: presetSchema.shape.createdBy,
        createdAt: described(z.string(), 'When the version was made.', '2026-11-21T08:00:00.000Z'),
      }),
    ),
    'The versions of the page, the newest first.',
  ),
  nextCursor,
});
export type PresetVersionPage = z.infer<typeof presetVersionPageSchema>;

/**
 * Server-Sent Events of `/stream`: `run` (the whole run view) and `epoch`, `stage` (a row each). The stream begins with
 * all that is stored and ends after a terminal `run`.
 */
export const streamEventSchema = z.discriminatedUnion('event', [
  z.strictObject({
    event: described(z.literal('run'), 'Something of the run has changed.'),
    data: described(runViewSchema.clone(), 'The whole run.'),
  }),
  z.strictObject({
    event: described(z.literal('epoch'), 'An epoch is done, or was before the stream began.'),
    data: described(epochSchema.clone(), 'The epoch.'),
  }),
  z.strictObject({
    event: described(z.literal('stage'), 'A stage is done, or was before the stream began.'),
    data: described(stageSchema.clone(), 'The stage.'),
  }),
]);
export type StreamEvent = z.infer<typeof streamEventSchema>;
