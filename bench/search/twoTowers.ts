/** A surface to search that was measured: 216 two-tower models of Online Retail, trained by `recordProcess`. */
import { readFileSync } from 'node:fs';
import { canonicalJson, inferSpace, type Parameters } from '@trainyard/shared';
import { combinations } from '@trainyard/functions/sweeps/search/grid';
import { z } from 'zod';
import { config } from '../environment.js';

export const TWO_TOWERS_SPACE = inferSpace({
  'training.optimizer.type': ['adagrad', 'adam'],
  'training.optimizer.learningRate': [0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
  'features.{query.0,candidate.0}.dim': [8, 16, 32],
  'training.embeddingL2': [0, 0.1, 0.5],
  'model.{query,candidate}.layers': [[], [{ type: 'dense', units: 16, activation: 'linear' }]],
});

/** `curves`: recall on the validation rows after each epoch, of each combination in the order of a grid. */
export const tableSchema = z.strictObject({ metric: z.string(), curves: z.array(z.array(z.number())) });

/** The curve of each combination, by its canonical JSON. */
export function recordedCurves(): Map<string, number[]> {
  const text = readFileSync(config.twoTowersTable, 'utf8');
  const { curves } = tableSchema.parse(JSON.parse(text));
  return new Map(
    [...combinations(TWO_TOWERS_SPACE)].map((parameters, i) => [keyOf(parameters), curves[i] ?? []]),
  );
}

export const keyOf = (parameters: Parameters): string => canonicalJson(parameters);
