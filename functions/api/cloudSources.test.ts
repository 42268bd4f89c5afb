import {
  datasetSchema,
  newRunId,
  RETRAIN_TOPIC,
  trainingSpecSchema,
  type TrainingSpecInput,
} from '@trainyard/shared';
import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { EXAMPLE_SPEC, newRun } from '../../test/support/newRun.js';
import { handleRetrainMessage } from '../runs/retrain.js';

type DatasetInput = TrainingSpecInput['dataset'];

const GOOD = 'gs://shop-data/purchases/*.parquet';
/** A data set in which a file stands, for each place where one may. */
const PLACES: Record<string, (uri: string) => DatasetInput> = {
  '/source/uri': (uri) => ({ source: { uri } }),
  '/tables/products/uri': (uri) => ({ source: { uri: GOOD }, tables: { products: { uri } } }),
  '/reference': (uri) => ({ source: { uri: GOOD }, reference: uri }),
  '/vocabularies': (uri) => ({ source: { uri: GOOD }, vocabularies: uri }),
};
/** What a trainer in the cloud would look for in its own container, or nowhere. */
const LOCAL = [
  '/etc/passwd',
  'purchases.csv',
  '../x.csv',
  'file:///proc/self/environ',
  'gs:///etc/passwd',
  'gs://bucket',
  'gs://b*/x.csv',
  'GS://bucket/x.csv',
  'https://shop.example/x.csv',
  's3://bucket/x.csv',
];

/** A control plane whose objects lie in a bucket, unless told otherwise. */
async function opened(uri = (key: string) => `gs://bucket/${key}`) {
  const cp = await testControlPlane();
  cp.objects = { ...cp.objects, uri };
  return { cp, api: await serveFunction('api') };
}

const specOf = (dataset: unknown) => ({ ...EXAMPLE_SPEC, dataset });

describe('a data set', () => {
  it('has a file in no other place', () => {
    const places: string[] = [];
    const visit = (node: unknown, path: string): void => {
      const { description = '', properties = {}, additionalProperties } = schemaNode.parse(node);
      if (description.includes('`gs://bucket/object`') || description.includes('`gs://` URL'))
        places.push(path);
      for (const [name, inner] of Object.entries(properties)) visit(inner, `${path}/${name}`);
      if (typeof additionalProperties === 'object') visit(additionalProperties, `${path}/products`);
    };
    const schemaNode = z.looseObject({
      description: z.string().optional(),
      properties: z.record(z.string(), z.unknown()).optional(),
      additionalProperties: z.union([z.boolean(), z.looseObject({})]).optional(),
    });
    visit(z.toJSONSchema(datasetSchema, { io: 'input', reused: 'inline' }), '');
    expect(places.toSorted()).toEqual(Object.keys(PLACES).toSorted());
  });
});

describe.each(Object.entries(PLACES))('with objects in the cloud, a local file at %s', (pointer, dataset) => {
  it.each(LOCAL)('is refused at every start: %s', async (uri) => {
    const { cp, api } = await opened();
    const refused = async (path: string, body: unknown, at: string) => {
      const problem = await api.refused(path, { body });
      expect(problem.errors?.map((error) => error.pointer) ?? problem).toContain(`${at}${pointer}`);
      expect(problem.status).toBe(400);
    };
    const isForeignReference = pointer === '/reference' && /^(https|s3):/.test(uri);
    const spec = specOf(dataset(uri));
    await refused('/api/models/shop/training-runs', { spec }, '/spec/dataset');
    await refused('/api/models/shop/training-runs?dryRun=true', { spec }, '/spec/dataset');
    await refused('/api/datasets', { id: 'small', content: dataset(uri) }, '/content');
    expect(cp.documents()).toEqual({});
    if (isForeignReference || !trainingSpecSchema.safeParse(spec).success) return;
    // What was stored before it was refused: a preset, and a run that is tried again.
    const run = newRun(cp.now(), {
      runId: newRunId(),
      modelId: 'old',
      status: 'failed',
      spec: trainingSpecSchema.parse(spec),
    });
    await cp.put(run);
    await refused(`/api/training-runs/${run.runId}/retry`, {}, '/spec/dataset');
    cp.objects = { ...cp.objects, uri: (key) => `file:///objects/${key}` };
    expect((await api.send('/api/datasets', { body: { id: 'small', content: dataset(uri) } })).status).toBe(
      201,
    );
    cp.objects = { ...cp.objects, uri: (key) => `gs://bucket/${key}` };
    await refused('/api/models/shop/training-runs', { spec: specOf({ preset: 'small' }) }, '/spec/dataset');
    for (const message of [{ modelId: 'shop', spec }, { modelId: 'old' }])
      await handleRetrainMessage(cp, retrainMessage(message));
    expect(cp.logged.filter(({ severity }) => severity === 'ERROR')).toHaveLength(2);
    expect(cp.bus.published).toEqual([]);
  });
});

describe('a file in Cloud Storage, or rows of BigQuery,', () => {
  it('are read in the cloud; local files are where objects are local', async () => {
    const { api } = await opened();
    const start = async (dataset: DatasetInput) =>
      (await api.send('/api/models/shop/training-runs', { body: { spec: specOf(dataset) } })).status;
    const bigquery = { table: 'shop.sales.purchases', exportUri: 'gs://bucket/exports' };
    for (const place of Object.values(PLACES))
      expect(await start(place('gs://shop-data/a b/c.parquet'))).toBe(202);
    expect(await start({ source: { bigquery } })).toBe(202);
    const { api: local } = await opened((key) => `file:///objects/${key}`);
    const body = { spec: specOf({ source: { uri: 'purchases.csv' } }) };
    expect((await local.send('/api/models/shop/training-runs', { body })).status).toBe(202);
  });
});

let messages = 0;

function retrainMessage(body: unknown) {
  const data = Buffer.from(JSON.stringify(body)).toString('base64');
  return {
    id: 'x',
    source: RETRAIN_TOPIC,
    specversion: '1.0',
    type: 'google.cloud.pubsub.topic.v1.messagePublished',
    data: { message: { data, messageId: `message-${++messages}` } },
  };
}
