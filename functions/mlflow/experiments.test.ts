import { describe, expect, it } from 'vitest';
import { experimentPlace } from './experiments.js';

const TOWERS = {
  description: 'Towers of twice the width',
  purpose: 'Whether rare items need more room',
  owner: 'ada@example.com',
  tags: { team: 'search', 'mlflow.note.content': 'mine', 'a:b': 'x' },
};

describe('the experiment of a run there', () => {
  it.each([
    ['{model}/{experiment}', 'towers', 'shop/towers'],
    ['{model}/{experiment}', null, 'shop'],
    ['{experiment}', null, 'shop'],
    ['/Users/ana/{model}', 'towers', '/Users/ana/shop'],
  ])('is named by %s where the run is in %s', (template, experiment, name) => {
    expect(experimentPlace(template, { modelId: 'shop', experiment }, undefined).name).toBe(name);
  });

  it('says what ours says, with tags of the same names apart', () => {
    const run = { modelId: 'shop', experiment: 'towers' };
    const { tags } = experimentPlace('{model}/{experiment}', run, TOWERS);
    expect(Object.fromEntries(tags.map(({ key, value }) => [key, value]))).toEqual({
      team: 'search',
      'tag.mlflow.note.content': 'mine',
      [tags.find(({ value }) => value === 'x')?.key ?? '']: 'x',
      'trainyard.model': 'shop',
      'trainyard.experiment': 'towers',
      'mlflow.note.content': TOWERS.description,
      'trainyard.purpose': TOWERS.purpose,
      'trainyard.owner': TOWERS.owner,
    });
  });

  it('says of what it holds no more than is true of all of it', () => {
    const run = { modelId: 'shop', experiment: 'towers' };
    expect(experimentPlace('{model}', run, TOWERS).tags).toEqual([{ key: 'trainyard.model', value: 'shop' }]);
    expect(experimentPlace('all', run, TOWERS).tags).toEqual([]);
  });
});
