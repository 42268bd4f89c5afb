/** How wide towers are, as far as the specification alone says it: vocabularies without a given dim are as wide as the data. */
import { assertNever } from '../../common.js';
import { embeddingDimFor, type Feature, type Features } from '../features.js';
import type { Layer } from '../layers.js';
import type { Model } from '../model.js';
import type { RuleBroken } from '../modelRules.js';

/** Towers whose outputs are multiplied end in the same width. */
export function brokenWidthRules(model: Model, features: Features): RuleBroken[] {
  if (model.type === 'ranking' && model.rating?.input !== 'concatenationAndProduct') return [];
  const query = towerWidth(model, features, 'query');
  const candidate = towerWidth(model, features, 'candidate');
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

/** Undefined where it depends on the data. */
function towerWidth(model: Model, features: Features, tower: 'query' | 'candidate'): number | undefined {
  const widths = features[tower].map(featureWidth);
  const input = widths.includes(undefined)
    ? undefined
    : widths.reduce<number>((total, width) => total + (width ?? 0), 0);
  return widthAfter(model[tower].layers, input);
}

/** All layers but dense ones end in the width that they are given. */
function widthAfter(layers: readonly Layer[], input: number | undefined): number | undefined {
  const last = layers.findLast((layer) => layer.type === 'dense' || layer.type === 'residual');
  if (last?.type === 'dense') return last.units;
  if (last?.type === 'residual')
    return widthAfter(last.layers, widthAfter(layers.slice(0, layers.indexOf(last)), input));
  return input;
}

function featureWidth(feature: Feature): number | undefined {
  switch (feature.transform) {
    case 'lookup':
      return feature.dim;
    case 'hash':
    case 'cross':
      return feature.dim ?? embeddingDimFor(feature.buckets);
    case 'text':
      return feature.dim ?? (feature.buckets === undefined ? undefined : embeddingDimFor(feature.buckets));
    case 'bucketize':
      // Quantiles that coincide are one boundary.
      return (
        feature.dim ??
        (feature.boundaries === undefined ? undefined : embeddingDimFor(feature.boundaries.length + 1))
      );
    case 'normalize':
      return feature.degree + (feature.missingIndicator ? 1 : 0);
    case 'cyclical':
      return 2 * feature.periods.length + (feature.missingIndicator ? 1 : 0);
    case 'boolean':
      return feature.missingIndicator ? 2 : 1;
    default:
      return assertNever(feature);
  }
}
