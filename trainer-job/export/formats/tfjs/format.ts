/** `tfjs/query` and `tfjs/candidate`: graph models of both towers, which TensorFlow.js loads in browsers. */
import { join } from 'node:path';
import type { ModelFormat } from '../format.js';

export const TFJS: ModelFormat = {
  name: 'tfjs',
  lacks: () => [],
  async write({ folder, version, between }, openSource) {
    const [source, { encodedTower }, { writeGraphModel }] = await Promise.all([
      openSource(),
      import('./tower.js'),
      import('./write.js'),
    ]);
    for (const tower of ['query', 'candidate'] as const) {
      const { graph, signature } = encodedTower(source, tower);
      await writeGraphModel(join(folder, 'tfjs', tower), graph, signature, `trainyard, ${version}`);
      await between();
    }
    return { tfjs: 'tfjs' };
  },
};
