import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { orderIndexes, orderMetrics } from '@trainyard/shared';
import { TOPICS } from '@trainyard/shared/feed/topics';
import { expect, test } from 'vitest';
import type { Query } from '../../functions/ports/documentStore/documentStore.js';
import { EXPIRING, queries } from '../../functions/queries.js';
import { exemptFields, type FieldOverride } from './indexEntries.js';
import { requiredIndex } from './requiredIndexes.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = { limit: 1 };

/** Each query in every form that it can take. */
const FORMS: { [K in keyof typeof queries]: () => Query[] } = {
  openRuns: () => [queries.openRuns(page)],
  stoppingRuns: () => [queries.stoppingRuns(page)],
  openRunsOfModel: () => [queries.openRunsOfModel('m', 1)],
  runsOfNumbers: () => [queries.runsOfNumbers('m', [1, 2])],
  runsOfModel: () =>
    ([{}, { status: 'failed' }, { tag: 'a=b' }, { status: 'failed', tag: 'a=b' }] as const).map((filter) =>
      queries.runsOfModel('m', filter, page),
    ),
  runsByNumber: () => [queries.runsByNumber('m', 1, 100)],
  bestRunsOfModel: () =>
    orderMetrics().flatMap((metric) =>
      [{}, { tag: 'a=b' }].map((filter) => queries.bestRunsOfModel('m', metric, filter, page)),
    ),
  summaryPages: () => [queries.summaryPages('m')],
  summaryHeads: () => [queries.summaryHeads('m', ['page'])],
  runsOfPreset: () => [queries.runsOfPreset('datasets/d@1')],
  runsFrom: () => [queries.runsFrom('quickRunId', 'r'), queries.runsFrom('parentRunId', 'r')],
  runsByDigest: () =>
    (['madeDigests', 'usedDigests'] as const).map((side) => queries.runsByDigest(side, 'sha256:0', page)),
  epochs: () => [queries.epochs('r')],
  stages: () => [queries.stages('r')],
  events: () => [queries.events('r')],
  logChunks: () => (['asc', 'desc'] as const).map((direction) => queries.logChunks('r', direction, page)),
  outbox: () => [queries.outbox('now', page)],
  registrations: () => [queries.registrations('now', page)],
  registrationsOfModel: () => [queries.registrationsOfModel('m', page)],
  mlflowRunsDue: () => [queries.mlflowRunsDue('now', 1)],
  spent: () => [queries.spent('2026-11')],
  expired: () => EXPIRING.map((collection) => queries.expired(collection, 'now', 1)),
  models: () => [queries.models(undefined, page), queries.models(['*'], page)],
  allModels: () => [queries.allModels(undefined), queries.allModels(['*'])],
  experiments: () => [queries.experiments('m', page)],
  modelVersions: () => [queries.modelVersions('m', page)],
  presets: () => [queries.presets('datasets', page)],
  sweepsOfModel: () => [queries.sweepsOfModel('m', page)],
  openSweeps: () => [queries.openSweeps(page)],
  trials: () => [queries.trials('s', { after: 3, limit: 1 })],
  trialBlocks: () => [queries.trialBlocks('s')],
  queuedTrials: () => [queries.queuedTrials('s', 1)],
  finalRuns: () => [queries.finalRuns('s')],
  presetVersions: () => [queries.presetVersions('datasets', 'd', page)],
};

const ofTeams = { field: 'teams', op: 'array-contains-any', value: ['*'] } as const;
const newestFirst = [{ field: 'createdAt', direction: 'desc' }] as const;
const ofModel = { field: 'modelId', op: '==', value: 'm' } as const;

/** What the topics of the feed ask for, of administrators and of members. */
const ids = { run: 'r', logs: 'r', model: 'm', sweeps: 'm', sweep: 's' } as Record<string, string>;
const OF_TOPICS: Query[] = Object.entries(TOPICS).flatMap(([name, listenTo]) =>
  [undefined, ['*']].flatMap((teams) =>
    listenTo(ids[name] ?? '', teams).flatMap(({ target }) => ('query' in target ? [target.query] : [])),
  ),
);

/** What listeners ask for, as docs/api.md says: members see the runs and sweeps of their teams, the newest first. */
const LISTENERS: Query[] = [
  { collection: 'runs', where: [ofTeams], orderBy: newestFirst },
  { collection: 'runs', where: [ofModel, ofTeams], orderBy: newestFirst },
  { collection: 'sweeps', where: [ofModel, ofTeams], orderBy: newestFirst },
];

test('firestore.indexes.json has the composite index of every query, and no other', async () => {
  const needed = [...Object.values(FORMS).flatMap((forms) => forms()), ...LISTENERS, ...OF_TOPICS].flatMap(
    (query) => requiredIndex(query) ?? [],
  );
  const distinct = [...new Map(needed.map((index) => [JSON.stringify(index), index])).values()];
  const stored = JSON.parse(await readFile(join(root, 'firestore.indexes.json'), 'utf8')) as {
    indexes: unknown[];
  };
  expect(stored.indexes).toEqual(distinct);
  expect(stored.indexes).toEqual(expect.arrayContaining(orderIndexes()));
});

test('no query needs an index of a single field that firestore.indexes.json exempts', async () => {
  const { fieldOverrides } = JSON.parse(await readFile(join(root, 'firestore.indexes.json'), 'utf8')) as {
    fieldOverrides: FieldOverride[];
  };
  const bySingleFields = Object.values(FORMS)
    .flatMap((forms) => forms())
    .filter((query) => requiredIndex(query) === undefined);
  const missing = bySingleFields.flatMap(({ collection, where = [], orderBy = [] }) => {
    const group = collection.split('/').at(-1) ?? '';
    const exempt = exemptFields(fieldOverrides, group);
    return [...where, ...orderBy].flatMap(({ field }) =>
      exempt.has(field.split('.')[0] ?? '') ? `${group}.${field}` : [],
    );
  });
  expect(bySingleFields.length).toBeGreaterThan(5);
  expect(missing).toEqual([]);
});

test('queries are made in one file only', async () => {
  const files = await readdir(join(root, 'functions'), { recursive: true });
  const sources = files.filter(
    (file) =>
      file.endsWith('.ts') && !file.endsWith('.test.ts') && !/^(dist|node_modules|ports)\b/.test(file),
  );
  const making = [];
  for (const file of sources) {
    const text = await readFile(join(root, 'functions', file), 'utf8');
    if (/\bcollection:/.test(text)) making.push(file);
  }
  expect(making).toEqual(['queries.ts']);
});
