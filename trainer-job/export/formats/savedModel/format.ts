/** `saved_model/`, and a `saved_model.pb` in the folder of each tower, which TensorFlow loads. */
import { join } from 'node:path';
import { TOWER_FOLDERS } from '@trainyard/recommender/format/files';
import type { ModelFormat } from '../format.js';

/** A protobuf ends at 2 GB, and some readers of it before. */
const MOST_BYTES = 1e9;

export const SAVED_MODEL: ModelFormat = {
  name: 'savedModel',
  lacks: ({ model, items }) => {
    const floats = [...model.parameters, ...model.state].reduce((sum, { values }) => sum + values.length, 0);
    const bytes =
      4 * (floats + items.length * model.candidate.width * (model.spec.model.type === 'hybrid' ? 2 : 1));
    return bytes > MOST_BYTES ? [`${(bytes / 1e9).toFixed(1)} GB of weights, the most being 1 GB`] : [];
  },
  async write({ folder, between }, openSource) {
    // A trainer that writes no such thing loads no protobufs.
    const [source, { modelSignatures, towerSignatures }, { writeSavedModel }] = await Promise.all([
      openSource(),
      import('./signatures.js'),
      import('./write.js'),
    ]);
    await writeSavedModel(join(folder, 'saved_model'), modelSignatures(source));
    await between();
    for (const tower of ['query', 'candidate'] as const) {
      await writeSavedModel(join(folder, TOWER_FOLDERS[tower]), towerSignatures(source, tower));
      await between();
    }
    return { saved_model: 'saved_model' };
  },
};
