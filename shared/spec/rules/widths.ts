/** How wide towers are, as far as the specification alone says it: vocabularies without a given dim are as wide as the data. */
import type { Features } from '../features.js';
import type { Model } from '../model.js';
import type { RuleBroken } from '../modelRules.js';
import { towerShape } from '../shape/towerShape.js';

/** Towers whose outputs are multiplied end in the same width. */
export function brokenWidthRules(model: Model, features: Features): RuleBroken[] {
  if (model.type === 'ranking' && model.rating?.input !== 'concatenationAndProduct') return [];
  const query = towerShape({ model, features }, 'query').output;
  const candidate = towerShape({ model, features }, 'candidate').output;
  if (query === undefined || candidate === undefined || query === candidate) return [];
  return [
    {
      path: ['model', 'candidate', 'layers'],
      message:
        `the query tower ends in width ${query}, the candidate tower in ${candidate}: give the last layer of both the same units or, ` +
        'without layers, the same widths of features in total',
    },
  ];
}
