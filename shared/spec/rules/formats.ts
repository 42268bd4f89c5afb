import type { Features } from '../features.js';
import type { Model } from '../model.js';
import type { RuleBroken } from '../modelRules.js';
import { FORMAT_SUPPORT, lackedBy, type FormatSupport } from '../outputs/formatSupport.js';
import type { ModelFormatName, OutputsSpec } from '../outputs/outputs.js';

/** An index finds products of vectors. */
export function brokenIndexRules({ index }: OutputsSpec, { type }: Model): RuleBroken[] {
  if (index?.type !== 'hnsw' || type !== 'ranking') return [];
  return [
    {
      path: ['outputs', 'index'],
      message:
        'is "hnsw", and a ranking model scores by its head, which no graph of vectors can answer: leave it out, or choose model.type "retrieval" or "hybrid"',
    },
  ];
}

/** A format that is asked for by name can hold all of the model. */
export function brokenFormatRules(
  { formats = [] }: OutputsSpec,
  model: Model,
  features: Features,
  support: Readonly<Record<ModelFormatName, FormatSupport>> = FORMAT_SUPPORT,
): RuleBroken[] {
  return formats.flatMap((name, i) => {
    const lacks = lackedBy(support[name], model, features);
    if (lacks.length === 0) return [];
    const holding = Object.entries(support).flatMap(([other, what]) =>
      lackedBy(what, model, features).length === 0 ? [`"${other}"`] : [],
    );
    const instead = holding.length > 0 ? `name ${holding.join(' or ')}` : 'leave it out';
    return [
      {
        path: ['outputs', 'formats', i],
        message: `"${name}" cannot have ${lacks.join(' and ')}: ${instead}, or ask the folder of the model with @trainyard/recommender`,
      },
    ];
  });
}
