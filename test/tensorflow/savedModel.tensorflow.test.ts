/** SavedModels in the loader of tfjs-node: every signature answers what the recommender answers. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { nativeBackendFolder } from '../../trainer-job/backend/nativeBackendFolder.js';
import { describeFormat } from '../contracts/formatReader.contract.js';
import type { FormatSoftware } from '../formats/modelReader.js';
import { openSavedModel, type RunSavedModel } from '../formats/savedModel.js';
import { missingTensorflow } from '../support/training/nativeTensorflow.js';

interface Loaded {
  predict(inputs: Record<string, tf.Tensor>): Record<string, tf.Tensor>;
  dispose(): void;
}

const run: RunSavedModel = async (folder, signature, inputs) => {
  const require = createRequire(import.meta.url);
  const { node } = require(join(nativeBackendFolder(), 'node_modules', '@tensorflow', 'tfjs-node'));
  const before = tf.getBackend();
  await tf.setBackend('tensorflow');
  const model: Loaded = await node.loadSavedModel(folder, ['serve'], signature);
  const given = Object.fromEntries(
    Object.entries(inputs).map(([name, { values, shape, type }]) => [name, tf.tensor(values, shape, type)]),
  );
  const outputs = model.predict(given);
  const answer = Object.fromEntries(
    Object.entries(outputs).map(([name, output]) => [
      name,
      Array.from<string | number>(output.dataSync<'float32' | 'string'>()),
    ]),
  );
  model.dispose();
  tf.dispose([given, outputs]);
  await tf.setBackend(before);
  return answer;
};

const TFJS_NODE: FormatSoftware = {
  name: 'tfjs-node of a SavedModel',
  precision: 'double',
  readsDecimals: true,
  ...(missingTensorflow && { missing: missingTensorflow }),
  open: ({ folder }) => openSavedModel(folder, run),
};

describeFormat(TFJS_NODE);
