import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useWasm } from '../../test/support/backend.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { tinyDataset, tinySpec } from '../../test/support/tinyDataset.js';
import { TwoTowerModel } from '../model/twoTowerModel.js';
import { loadTower, saveTower } from './savedTower.js';

beforeAll(useWasm);

const dense = (units: number) => ({ type: 'dense' as const, units, activation: 'relu' as const });
const layers = { query: { layers: [dense(12), dense(6)] }, candidate: { layers: [dense(6)] } };

describe('a tower from disk', () => {
  it.each([
    ['without layers', {}],
    ['with layers', layers],
    ['of a cosine', { ...layers, similarity: 'cosine' as const, temperature: 0.05 }],
    [
      'with running means and a learned temperature',
      {
        query: { layers: [dense(12), { type: 'batchNorm' as const }, dense(6)] },
        candidate: { layers: [{ type: 'cross' as const }, dense(6)] },
        temperature: { learned: true as const },
      },
    ],
  ])('%s gives the vectors of the one in memory, to the bit', async (_what, parts) => {
    const data = tinyDataset();
    const spec = tinySpec({ model: { query: { layers: [] }, candidate: { layers: [] }, ...parts } });
    const model = new TwoTowerModel(data, spec);
    // As trained ones: nothing is as it starts.
    for (const { values } of [...model.parameters, ...model.state])
      values.forEach((v, i) => (values[i] = v * 1.5 + 0.1));
    for (const name of ['query', 'candidate'] as const) {
      const folder = join(await temporaryFolder(), name);
      await saveTower(folder, model[name], spec);
      const loaded = await loadTower(folder);
      expect(loaded).toMatchObject({ width: model.width, features: data[name].features, idFeature: 0 });
      const entities = Int32Array.from({ length: data[name].entities }, (_, i) => i);
      expect(loaded.embed(data[name].rows(entities))).toEqual(model.embed(name, entities));
    }
  });

  it('is refused when its description is of another tower', async () => {
    const [folder, spec] = [await temporaryFolder(), tinySpec()];
    await saveTower(folder, new TwoTowerModel(tinyDataset(), spec).query, spec);
    const description = await readFile(join(folder, 'tower.json'), 'utf8');
    await writeFile(
      join(folder, 'tower.json'),
      description.replace(/"rows": 61,(\s+"dim")/, '"rows": 62,$1'),
    );
    await expect(loadTower(folder)).rejects.toThrow(/tower.json and its weights disagree/);
  });
});
