/** Every format that a model is exported in, and the trainer, answer as the recommender does. */
import { describe, expect, it } from 'vitest';
import { featureSchema, layerSchema } from '@trainyard/shared';
import { describeFormat } from '../contracts/formatReader.contract.js';
import { KINDS } from './kinds.js';
import { ONNXRUNTIME_IN_NODE } from './onnxruntimeInNode.js';
import { BACKENDS, tfjsInNode } from './tfjsInNode.js';
import { TRAINER } from './trainer.js';

for (const software of [TRAINER, ONNXRUNTIME_IN_NODE, ...BACKENDS.map(tfjsInNode)]) describeFormat(software);

describe('the kinds of models', () => {
  it('have every transform and every layer between them', () => {
    const kinds = Object.values(KINDS);
    const transforms = kinds.flatMap(({ features }) => features.query.map(({ transform }) => transform));
    const layers = kinds.flatMap(({ model }) => model.query?.layers ?? []).map(({ type }) => type);
    expect(new Set(transforms)).toEqual(
      new Set(featureSchema.options.map((one) => one.shape.transform.value)),
    );
    expect(new Set(layers)).toEqual(new Set(layerSchema.options.map((one) => one.shape.type.value)));
    expect(new Set(kinds.map(({ model }) => model.type))).toEqual(
      new Set(['retrieval', 'ranking', 'hybrid']),
    );
  });
});
