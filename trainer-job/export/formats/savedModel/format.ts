/** `saved_model/`, and a `saved_model.pb` in the folder of each tower, which TensorFlow loads. */
import { join } from 'node:path';
import { TOWER_FOLDERS } from '@trainyard/recommender/format/files';
import type { ModelFormat } from '../format.js';

/** Texts stay in the protobuf, which ends at 2 GB: the ids of the catalogue are in it three times. */
const MOST_BYTES = 1.5e9;

export const SAVED_MODEL: ModelFormat = {
  name: 'savedModel',
  lacks: ({ items }) => {
    const bytes = 3 * items.reduce((sum, id) => sum + Buffer.byteLength(id), 0);
    return bytes > MOST_BYTES ? [`${(bytes / 1e9).toFixed(1)} GB of texts, the most being 1.5 GB`] : [];
  },
  async write({ folder, between }, openSource) {
    // A trainer that writes no such thing loads no protobufs.
    const [source, { modelSignatures, towerSignatures }, { writeSavedModel }] = await Promise.all([
      openSource(),
      import('./signatures.js'),
      import('./write.js'),
    ]);
    await writeSavedModel(join(folder, 'saved_model'), modelSignatures(source), { between });
    await between();
    for (const tower of ['query', 'candidate'] as const) {
      await writeSavedModel(join(folder, TOWER_FOLDERS[tower]), towerSignatures(source, tower), { between });
      await between();
    }
    return { saved_model: 'saved_model' };
  },
};
