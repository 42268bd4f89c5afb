/** SavedModels in the loader of tfjs-node: every signature answers what the recommender answers. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { nativeBackendFolder } from '../../trainer-job/backend/nativeBackendFolder.js';
import { CASE_NAMES, formatCase } from '../support/formats/formatCases.js';
import { savedModelCalls, type Feed } from '../support/formats/savedModelCalls.js';
import { missingTensorflow, useTensorflow } from '../support/training/nativeTensorflow.js';

interface Loaded {
  predict(inputs: Record<string, tf.Tensor>): Record<string, tf.Tensor>;
  dispose(): void;
}

describe.skipIf(missingTensorflow)('a SavedModel in tfjs-node', () => {
  useTensorflow();
  let load: (folder: string, tags: string[], signature: string) => Promise<Loaded>;
  beforeAll(() => {
    const require = createRequire(import.meta.url);
    const folder = join(nativeBackendFolder(), 'node_modules', '@tensorflow', 'tfjs-node');
    load = (...call) => require(folder).node.loadSavedModel(...call);
  });

  const tensorOf = ({ type, shape, values }: Feed) => tf.tensor(values, shape, type);

  it.each(CASE_NAMES)(
    'of a %s model answers what the recommender answers',
    async (name) => {
      const folder = await formatCase(name);
      for (const { signature, inputs, ids, numbers, sizes } of await savedModelCalls(name, folder, 200)) {
        const model = await load(join(folder, 'saved_model'), ['serve'], signature);
        const given = Object.fromEntries(
          Object.entries(inputs).map(([input, feed]) => [input, tensorOf(feed)]),
        );
        const answer = model.predict(given);
        if (ids)
          expect({ signature, ids: Array.from(answer['ids']!.dataSync<'string'>()) }).toEqual({
            signature,
            ids,
          });
        const found = (ids ? answer['scores']! : Object.values(answer)[0]!).dataSync();
        const worst = numbers.map((number, i) => Math.abs(found[i]! - number) / sizes[i]!);
        expect(found).toHaveLength(numbers.length);
        expect({ signature, worst: Math.max(...worst) }).toSatisfy(
          (one: { worst: number }) => one.worst < 1e-6,
        );
        model.dispose();
        tf.dispose([given, answer]);
      }
    },
    120_000,
  );
});
