/**
 * Documents, callbacks and envelopes as version 0.1 wrote them: what lies in somebody's store, outbox or subscription when the
 * functions are updated. They are recorded, not written by hand, and never change; today's schemas must go on reading them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  callbackBatchSchema,
  callbackKindSchema,
  callbackSchemas,
  epochSchema,
  eventSchema,
  eventTypeSchema,
  logChunkSchema,
  modelDocumentSchema,
  modelVersionSchema,
  paths,
  presetSchema,
  presetVersionSchemas,
  runEventRecordSchema,
  runSchema,
  runStatusSchema,
  spendingSchema,
  spentSchema,
  stageSchema,
  transition,
} from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readMessage } from '../../functions/events/pubsubMessage.js';
import { deliverySchema } from '../../functions/notify/delivery.js';

const RECORDED = fileURLToPath(new URL('v0.1/', import.meta.url));
const documentSchema = z.strictObject({ path: z.string(), data: z.record(z.string(), z.unknown()) });

function read(folder: string): { name: string; json: unknown }[] {
  return readdirSync(`${RECORDED}${folder}`)
    .toSorted()
    .map((file) => ({
      name: file.replace(/\.json$/, ''),
      json: JSON.parse(readFileSync(`${RECORDED}${folder}/${file}`, 'utf8')) as unknown,
    }));
}

/** The schema of each recorded document, by the name of its file. */
const DOCUMENT_SCHEMAS: Record<string, z.ZodType> = {
  epoch: epochSchema,
  logChunk: logChunkSchema,
  model: modelDocumentSchema,
  modelVersion: modelVersionSchema,
  notification: deliverySchema,
  'outbox-budget.reached': eventSchema,
  'outbox-run.epoch.completed': eventSchema,
  'outbox-run.requested': eventSchema,
  'outbox-run.started': eventSchema,
  preset: presetSchema,
  'presetVersion-datasets': presetVersionSchemas.datasets,
  'presetVersion-feature-configs': presetVersionSchemas['feature-configs'],
  'presetVersion-model-configs': presetVersionSchemas['model-configs'],
  runEventRecord: runEventRecordSchema,
  spending: spendingSchema,
  spent: spentSchema,
  stage: stageSchema,
};

/** What an event of version 0.1 is today. Whatever it was about, it had the fields of a run. */
function eventToday(written: Record<string, unknown>): Record<string, unknown> {
  const { type, data } = earlierEventSchema.parse(written);
  if (type.startsWith('run.')) return { ...written, data: { kind: 'run', ...data } };
  const { modelId, runId, detail } = data;
  return { ...written, subject: paths.model(modelId), data: { kind: 'model', modelId, runId, detail } };
}

const earlierEventSchema = z.object({
  type: z.string(),
  data: z.looseObject({ modelId: z.string(), runId: z.string(), detail: z.unknown() }),
});

/** What became of documents that are not read as they were written. */
const REWRITTEN: Record<string, (written: Record<string, unknown>) => Record<string, unknown>> = {
  notification: ({ runId, ...written }) => ({ ...written, subject: paths.run(z.string().parse(runId)) }),
  'outbox-budget.reached': eventToday,
};

describe('a run document of version 0.1', () => {
  const runs = read('runs');

  it.each(runs)('is read whole: $name', ({ json }) => {
    // Fields that are new since may have defaults; none that was written is lost or changed.
    expect(runSchema.parse(json)).toMatchObject(json as object);
  });

  it('was recorded in every status', () => {
    const statuses = new Set(runs.map(({ json }) => runSchema.parse(json).status));
    expect([...statuses].toSorted()).toEqual([...runStatusSchema.options].toSorted());
  });

  it.each(runs)('goes on by the state machine of today, unless it is over: $name', ({ json }) => {
    const run = runSchema.parse(json);
    const { run: after } = transition(run, { type: 'cancelRequested' }, new Date(run.updatedAt));
    const wanted = { pending: 'cancelled', provisioning: 'cancelling', running: 'cancelling' } as const;
    expect(after.status).toBe(run.status in wanted ? wanted[run.status as keyof typeof wanted] : run.status);
  });
});

describe('a document of version 0.1', () => {
  const documents = read('documents').filter(({ name }) => !name.startsWith('idempotency'));

  it.each(documents)('is read whole: $name', ({ name, json }) => {
    const { data } = documentSchema.parse(json);
    const schema = DOCUMENT_SCHEMAS[name];
    if (!schema) throw new Error(`there is no schema for ${name}`);
    expect(schema.parse(data)).toMatchObject(REWRITTEN[name]?.(data) ?? data);
  });

  it('was recorded of each kind', () => {
    expect(documents.map(({ name }) => name)).toEqual(Object.keys(DOCUMENT_SCHEMAS).toSorted());
  });
});

describe('a callback to version 0.1', () => {
  const callbacks = read('callbacks').filter(({ name }) => name !== 'batch');
  const kindOf = (name: string) => callbackKindSchema.parse(name.replace(/-(final|sent)$/, ''));

  it.each(callbacks)('is understood: $name', ({ name, json }) => {
    expect(callbackSchemas[kindOf(name)].parse(json)).toMatchObject(json as object);
  });

  it('was recorded of each kind', () => {
    const kinds = new Set(callbacks.map(({ name }) => kindOf(name)));
    expect([...kinds].toSorted()).toEqual([...callbackKindSchema.options].toSorted());
  });

  it('is understood in a batch', () => {
    const batch = read('callbacks').find(({ name }) => name === 'batch')?.json;
    expect(callbackBatchSchema.parse(batch)).toMatchObject(batch as object);
  });
});

describe('a Pub/Sub message of version 0.1', () => {
  const messages = read('events');

  it.each(messages)('is read by the functions of today: $name', ({ name, json }) => {
    const pushed = z.object({ message: z.object({ data: z.string() }) }).parse(json);
    const text = Buffer.from(pushed.message.data, 'base64').toString();
    const written = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    const message = readMessage({ id: 'delivery', data: json } as never, eventSchema);
    if (message instanceof Error) throw message;
    expect(message.body).toEqual(eventToday(written));
    expect(message.body.type).toBe(name);
    expect(message.attributes).toMatchObject({ type: name, modelId: message.body.data.modelId });
  });

  it('was recorded of each type', () => {
    // There were no sweeps and no other trackers.
    const types = eventTypeSchema.options.filter((type) => !/^sweep\.|^run\.tracking\./.test(type));
    expect(messages.map(({ name }) => name)).toEqual(types.toSorted());
  });
});
