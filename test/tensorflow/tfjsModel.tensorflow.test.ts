/** Graph models in the loader of TensorFlow.js, on native TensorFlow: what the recommender encodes becomes its vectors. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as tf from '@tensorflow/tfjs-core';
import { openTransform } from '@trainyard/recommender/model/transform';
import { openTower } from '@trainyard/recommender/model/tower';
import { readDirectory } from '@trainyard/recommender/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { nativeBackendFolder } from '../../trainer-job/backend/nativeBackendFolder.js';
import { encodedTensors } from '../support/formats/encodedTensors.js';
import { CASE_NAMES, formatCase, itemsOf, queriesOf } from '../support/formats/formatCases.js';
import { missingTensorflow, useTensorflow } from '../support/training/nativeTensorflow.js';

interface Loaded {
  execute(inputs: Record<string, tf.Tensor>): tf.Tensor;
  dispose(): void;
}

describe.skipIf(missingTensorflow)('a graph model of TensorFlow.js', () => {
  useTensorflow();
  let load: (url: string) => Promise<Loaded>;
  beforeAll(() => {
    const require = createRequire(import.meta.url);
    const folder = join(nativeBackendFolder(), 'node_modules', '@tensorflow', 'tfjs-converter');
    load = (url) => require(folder).loadGraphModel(url);
  });

  it.each(CASE_NAMES)(
    'of the towers of a %s model makes the vectors of the recommender',
    async (kind) => {
      const folder = await formatCase(kind);
      const rows = { query: queriesOf(kind, 1000), candidate: itemsOf(kind, 1000) };
      const transform = await openTransform(readDirectory(folder), 'transform/');
      for (const name of ['query', 'candidate'] as const) {
        const tower = await openTower(readDirectory(folder), name);
        const encodings = rows[name].map(transform.encoder(name));
        const expected = encodings.map((encoding) => {
          const output = tower.output(encoding);
          return kind === 'ranking' ? output : tower.scale(output);
        });
        const model = await load(pathToFileURL(join(folder, 'tfjs', name, 'model.json')).href);
        const embedding = model.execute(encodedTensors(encodings));
        const found = embedding.dataSync();
        const { width } = tower.document;
        const worst = expected.map((vector, row) => {
          const own = found.subarray(row * width, (row + 1) * width);
          return Math.hypot(...own.map((value, c) => value - vector[c]!)) / Math.hypot(...vector);
        });
        // In single precision throughout, where the layers of this model let errors grow.
        expect(Math.max(...worst)).toBeLessThan(3e-5);
        model.dispose();
      }
    },
    120_000,
  );
});
