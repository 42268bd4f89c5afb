import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  epochSchema,
  eventSchema,
  experimentSchema,
  logChunkSchema,
  modelDocumentSchema,
  modelVersionSchema,
  presetSchema,
  presetVersionSchemas,
  registrationSchema,
  runEventRecordSchema,
  runSchema,
  spendingSchema,
  spentSchema,
  sweepEndSchema,
  sweepSchema,
  trialBlockSchema,
  trialSchema,
  queuedTrialSchema,
  openSweepSchema,
  finalRunSchema,
  stageSchema,
} from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { historyMarkerSchema } from '../../functions/history/marker.js';
import { MAX_DOCUMENT_BYTES, documentBytes } from '../../functions/ports/documentStore/documentSize.js';
import { summaryUpkeepSchema } from '../../functions/runs/summaries/fillSummaries.js';
import { pageDocumentSchema } from '../../functions/runs/summaries/page.js';
import { EXAMPLE_SPEC, newRun } from '../support/newRun.js';
import { START } from '../support/controlPlane.js';
import { exemptFields, indexEntries, MAX_INDEX_ENTRIES, type FieldOverride } from './indexEntries.js';

const file = fileURLToPath(new URL('../../firestore.indexes.json', import.meta.url));
const { fieldOverrides } = JSON.parse(await readFile(file, 'utf8')) as { fieldOverrides: FieldOverride[] };

/** The schemas of the documents of each collection group. */
const DOCUMENTS: Record<string, readonly z.ZodType[]> = {
  runs: [runSchema],
  epochs: [epochSchema],
  stages: [stageSchema],
  logs: [logChunkSchema],
  events: [runEventRecordSchema],
  models: [modelDocumentSchema],
  versions: [modelVersionSchema, ...Object.values(presetVersionSchemas)],
  datasets: [presetSchema],
  featureConfigs: [presetSchema],
  modelConfigs: [presetSchema],
  summaries: [pageDocumentSchema],
  upkeep: [summaryUpkeepSchema],
  experiments: [experimentSchema],
  outbox: [eventSchema],
  registrations: [registrationSchema],
  history: [historyMarkerSchema],
  spending: [spendingSchema],
  spent: [spentSchema],
  // Spaces and parameters are stored as text, which is one value.
  sweeps: [sweepSchema.extend({ space: z.string() })],
  trials: [trialSchema.extend({ parameters: z.string() })],
  blocks: [trialBlockSchema],
  ends: [sweepEndSchema.extend({ best: z.null() })],
  queue: [queuedTrialSchema.extend({ parameters: z.string() })],
  finals: [finalRunSchema.extend({ overrides: z.string() })],
  openSweeps: [openSweepSchema],
  // `outcome` is whatever a request has made.
  idempotencyKeys: [z.object({ outcome: z.record(z.string(), z.unknown()) })],
};

/** What queries look into; how much it holds is bounded by what writes it. */
const QUERIED: ReadonlySet<string> = new Set([
  'runs.madeDigests',
  'runs.presets',
  'runs.stopping',
  'runs.tagPairs',
  'runs.teams',
  'runs.usedDigests',
  'models.teams',
  'sweeps.teams',
]);

interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  additionalProperties?: boolean | JsonSchema;
  $defs?: Record<string, JsonSchema>;
}

/** Fields of documents whose number of values no schema bounds: lists, maps with any keys, and what holds such. */
function openFields(schema: z.ZodType): string[] {
  const root = z.toJSONSchema(schema, { unrepresentable: 'any' }) as JsonSchema;
  const alternatives = (given: JsonSchema): JsonSchema[] => {
    const node = given.$ref === undefined ? given : (root.$defs?.[given.$ref.split('/').at(-1) ?? ''] ?? {});
    const { anyOf = [], oneOf = [], allOf = [] } = node;
    return [node, ...[...anyOf, ...oneOf, ...allOf].flatMap(alternatives)];
  };
  const isOpen = (given: JsonSchema, seen: ReadonlySet<string>): boolean => {
    const { $ref } = given;
    if ($ref !== undefined && seen.has($ref)) return false;
    const below = $ref === undefined ? seen : new Set([...seen, $ref]);
    return alternatives(given).some(
      ({ type, additionalProperties = false, properties = {} }) =>
        [type].flat().includes('array') ||
        additionalProperties !== false ||
        Object.values(properties).some((inner) => isOpen(inner, below)),
    );
  };
  return alternatives(root)
    .flatMap(({ properties = {} }) => Object.entries(properties))
    .flatMap(([name, node]) => (isOpen(node, new Set()) ? name : []));
}

const RENAME = Object.fromEntries(Array.from({ length: 21_000 }, (_, i) => [`c${i}`, `d${i}`]));

describe('firestore.indexes.json', () => {
  it('exempts every field of a document that may hold any number of values and that no query looks into, and nothing else', () => {
    const open = Object.entries(DOCUMENTS).flatMap(([group, schemas]) =>
      [...new Set(schemas.flatMap(openFields))].map((field) => `${group}.${field}`),
    );
    const exempt = fieldOverrides.map(({ collectionGroup, fieldPath }) => `${collectionGroup}.${fieldPath}`);
    expect(exempt.toSorted()).toEqual(open.filter((field) => !QUERIED.has(field)).toSorted());
    expect(open).toEqual(expect.arrayContaining([...QUERIED]));
    expect(fieldOverrides.every(({ indexes }) => indexes.length === 0)).toBe(true);
    // Firestore takes 200 of them.
    expect(fieldOverrides.length).toBeLessThanOrEqual(200);
  });

  it.each([
    ['a preset', 'versions', { schemaVersion: 1, version: 1, content: { rename: RENAME } }],
    [
      'a run',
      'runs',
      {
        ...newRun(START),
        spec: { ...EXAMPLE_SPEC, dataset: { source: { uri: 'a.csv' }, rename: RENAME } },
        result: { metrics: Object.fromEntries(Object.keys(RENAME).map((name) => [name, 1])) },
      },
    ],
    ['a version of a model', 'versions', { version: 1, metrics: RENAME, artifacts: RENAME }],
  ])(
    'lets %s of 21,000 names be stored, which has too many index entries without it',
    (_what, group, data) => {
      expect(documentBytes(`${group}/x`, data)).toBeLessThan(MAX_DOCUMENT_BYTES);
      expect(indexEntries(data, new Set())).toBeGreaterThan(MAX_INDEX_ENTRIES);
      expect(indexEntries(data, exemptFields(fieldOverrides, group))).toBeLessThan(MAX_INDEX_ENTRIES / 100);
    },
  );
});
