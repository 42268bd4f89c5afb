import { describe, expect, it } from 'vitest';
import { trainingSpecSchema, type TrainingSpecInput } from '../spec/trainingSpec.js';
import { runTitle } from './runTitle.js';

const INPUT: TrainingSpecInput = {
  dataset: { source: { uri: 'purchases.csv' } },
  features: {
    query: [{ column: 'user', transform: 'lookup', id: true }],
    candidate: [{ column: 'item', transform: 'lookup', id: true }],
  },
};
const BASE = trainingSpecSchema.parse(INPUT);
const changed = (changes: Partial<TrainingSpecInput>) => trainingSpecSchema.parse({ ...INPUT, ...changes });

describe('the title of a run', () => {
  it('is the intent and what differs, by the last part of each key', () => {
    const spec = changed({ training: { optimizer: { type: 'adagrad', learningRate: 0.01 } } });
    expect(runTitle('hyperparameter-search', spec, BASE)).toMatch(
      /^hyperparameter-search-(?:.*-)?learningRate-0\.01$/,
    );
  });

  it('names three differences and counts the others', () => {
    const spec = changed({
      training: { epochs: 3, batchSize: 64 },
      model: { temperature: 0.2 },
      dataset: { source: { uri: 'other.csv' } },
      tags: { team: 'search' },
    });
    expect(runTitle(null, spec, BASE)).toBe('uri-other.csv-temperature-0.2-epochs-3-1-more');
  });

  it('is the intent alone, or the type of the model, where nothing differs or there is nothing to differ from', () => {
    const tagged = changed({ tags: { team: 'search' } });
    expect(runTitle('baseline', tagged, BASE)).toBe('baseline');
    expect(runTitle(null, tagged, BASE)).toBe('retrieval');
    expect(runTitle(null, BASE, undefined)).toBe('retrieval');
  });

  it('has at most 200 characters, however long a value is', () => {
    const spec = changed({ dataset: { source: { uri: `${'x'.repeat(400)}.csv` } } });
    expect(runTitle('ablation', spec, BASE)).toHaveLength(200);
  });
});
