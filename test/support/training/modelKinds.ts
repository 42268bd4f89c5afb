/** One specification and data set for each kind of model and of negatives, with layers of every kind among them. */
import { layerSchema, type Layer, type TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../../../trainer-job/data/encodedDataset.js';
import { ratedDataset, ratedSpec } from './ratedDataset.js';
import { tinyDataset, tinySpec } from './tinyDataset.js';

const layersOf = (...layers: unknown[]): Layer[] => layers.map((layer) => layerSchema.parse(layer));

const plain = layersOf({ type: 'dense', units: 8 }, { type: 'dense', units: 8, activation: 'linear' });
const every = layersOf(
  { type: 'cross', depth: 2, rank: 3 },
  { type: 'dense', units: 8, activation: 'gelu' },
  { type: 'batchNorm' },
  { type: 'residual', layers: [{ type: 'dense', units: 6, activation: 'tanh' }] },
  { type: 'dropout', rate: 0.2 },
);
const towers = { query: { layers: plain }, candidate: { layers: plain } };

export const MODEL_KINDS: readonly [name: string, data: EncodedDataset, spec: TrainingSpec][] = [
  [
    'in-batch negatives, layers of every kind',
    tinyDataset(),
    tinySpec({
      model: {
        query: { layers: every },
        candidate: { layers: every },
        similarity: 'cosine',
        temperature: { learned: true },
      },
      training: { negatives: { type: 'inBatch' }, clipping: { type: 'globalNorm', limit: 1 } },
    }),
  ],
  [
    'the hardest of sampled negatives',
    tinyDataset(),
    tinySpec({ model: towers, training: { negatives: { type: 'sampled', count: 16, hardest: 5 } } }),
  ],
  [
    'the catalogue',
    tinyDataset(),
    tinySpec({ model: towers, training: { negatives: { type: 'catalogue' } } }),
  ],
  [
    'cosines in pairs, of the batch and of what is drawn beside it',
    tinyDataset(),
    tinySpec({
      model: { ...towers, similarity: 'cosine' },
      training: { negatives: { type: 'mixed', count: 16 }, loss: { type: 'ccl', negativeWeight: 2 } },
    }),
  ],
  [
    'a hybrid',
    ratedDataset(),
    ratedSpec(
      { type: 'hybrid', ...towers, rating: { input: 'concatenationAndProduct', layers: plain } },
      { negatives: { type: 'inBatch' } },
    ),
  ],
];
