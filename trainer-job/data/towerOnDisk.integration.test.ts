import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainingSpecSchema } from '@trainyard/shared';
import { useWasm } from '../../test/support/training/backend.js';
import { prepared, writeLines } from '../../test/support/data/prepared.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { randomFor } from '../model/random.js';
import { epochOrder } from '../train/batch/epochOrder.js';
import { trainModel } from '../train/loop/trainModel.js';
import type { EncodedDataset } from './encodedDataset.js';
import { readEncodedDataset } from './readEncodedDataset.js';

beforeAll(useWasm);

const ROWS = 12_000;
/** Bytes of an encoded query: user, 32 words, three numbers. A block has some 1,800 of them. */
const QUERY_BYTES = 4 * (1 + 32 + 3);

async function wideRows() {
  const folder = await temporaryFolder();
  const lines = Array.from({ length: ROWS }, (_, i) =>
    JSON.stringify({
      user: `u${i % 19}`,
      item: `i${(i % 19) % 7}`,
      search: Array.from({ length: 1 + (i % 40) }, (_word, w) => `w${(i * 7 + w) % 90}`).join(' '),
      price: i,
    }),
  );
  const input = {
    dataset: { source: { uri: await writeLines(folder, 'rows.jsonl', lines) } },
    features: {
      query: [
        { column: 'user', transform: 'lookup' as const, id: true, dim: 4 },
        { column: 'search', transform: 'text' as const, maxTokens: 32, dim: 4 },
        { column: 'price', transform: 'normalize' as const, degree: 2 as const, missingIndicator: true },
      ],
      candidate: [{ column: 'item', transform: 'lookup' as const, id: true, dim: 4 }],
    },
    model: {
      query: { layers: [{ type: 'dense' as const, units: 4, activation: 'linear' as const }] },
      candidate: { layers: [] },
    },
    training: { epochs: 2, batchSize: 512, earlyStopping: false as const },
  };
  const { encodedFolder, manifest } = await prepared(folder, input);
  return { folder, encodedFolder, manifest, spec: trainingSpecSchema.parse(input) };
}

async function trained(
  data: EncodedDataset,
  spec: ReturnType<typeof trainingSpecSchema.parse>,
  checkpointDirectory: string,
  stopAfter = Infinity,
) {
  const losses: (number | undefined)[] = [];
  let steps = 0;
  const outcome = await trainModel({
    data,
    spec,
    checkpointDirectory,
    onEpoch: ({ metrics }) => losses.push(metrics['loss']),
    onProgress: () => steps++,
    onCheckpoint: () => {},
    onLog: () => {},
    stopRequested: () => steps >= stopAfter,
  });
  const weights =
    outcome.kind === 'trained' ? outcome.model.parameters.map(({ values }) => Float32Array.from(values)) : [];
  return { losses, weights };
}

describe('encoded queries that are larger than the memory for them', () => {
  it('are read as if they were in memory, train the same model in the same order, and resume within an epoch', async () => {
    const { folder, encodedFolder, manifest, spec } = await wideRows();
    expect(manifest).toMatchObject({ queryEntities: 'rows', query: { entities: ROWS } });
    const whole = await readEncodedDataset(encodedFolder, Infinity);
    // Two blocks at a time, of seven.
    const small = await readEncodedDataset(encodedFolder, (ROWS * QUERY_BYTES) / 4);
    expect(whole.query.blocks).toBeUndefined();
    expect(small.query.blocks).toEqual({ entities: 1820, together: 1 });
    expect(small.query.ids).toEqual(whole.query.ids);
    const random = randomFor(1, 'entities');
    const some = Int32Array.from({ length: 5000 }, () => Math.floor(random() * ROWS));
    expect(small.query.rows(some)).toEqual(whole.query.rows(some));

    const streamed = await trained(small, spec, join(folder, 'streamed'));
    const { blocks } = small.query;
    const sameOrder = { ...whole, query: { ...whole.query, ...(blocks && { blocks }) } };
    const inMemory = await trained(sameOrder, spec, join(folder, 'memory'));
    expect(streamed).toEqual(inMemory);
    expect(streamed.losses[1]).toBeLessThan(streamed.losses[0] ?? 0);

    await trained(small, spec, join(folder, 'resumed'), 7);
    const resumed = await trained(small, spec, join(folder, 'resumed'));
    expect(resumed.weights).toEqual(streamed.weights);
  });
});

describe('the order of an epoch', () => {
  it('has every row once, and with blocks only few of them at a time', () => {
    const blocks = { entities: 10, together: 3 };
    const order = epochOrder(95, randomFor(1, 'order'), blocks);
    expect(Array.from(order.toSorted())).toEqual(Array.from({ length: 95 }, (_, i) => i));
    const window = new Set(Array.from(order.subarray(0, 30), (row) => Math.floor(row / 10)));
    expect(window.size).toBeLessThanOrEqual(4);
    expect(order).not.toEqual(order.toSorted());
    expect(epochOrder(95, randomFor(1, 'order'), blocks)).toEqual(order);
    expect(epochOrder(95, randomFor(2, 'order'), blocks)).not.toEqual(order);
  });
});
