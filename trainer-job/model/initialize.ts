/** Where weights start. */
import { assertNever, type Initializer, type Model } from '@trainyard/shared';
import type { Parameter } from './parameter.js';
import { fillNormal, fillTruncatedNormal, fillUniform, type Random } from './random.js';

/**
 * Fills the weights [inputs, outputs] of a product. `glorotUniform`: uniform in ±√(6 / (inputs + outputs)) (Glorot and
 * Bengio, 2010); `heUniform`: in ±√(6 / inputs), `heNormal`: a normal distribution cut off
 * at twice its width, with standard deviation √(2 / inputs) (He et al., 2015; as Keras draws it); `normal`: normal with 0.02.
 */
export function initializeWeights(
  { values, rows, columns }: Parameter,
  initializer: Initializer,
  random: Random,
): void {
  switch (initializer) {
    case 'glorotUniform':
      return fillUniform(values, Math.sqrt(6 / (rows + columns)), random);
    case 'heUniform':
      return fillUniform(values, Math.sqrt(6 / rows), random);
    case 'heNormal':
      return fillTruncatedNormal(values, Math.sqrt(2 / rows), random);
    case 'normal':
      return fillNormal(values, 0.02, random);
    default:
      return assertNever(initializer);
  }
}

export function initializeEmbedding(
  { values }: Parameter,
  { initializer, scale }: Model['embeddings'],
  random: Random,
): void {
  if (initializer === 'normal') fillNormal(values, scale, random);
  else fillUniform(values, scale, random);
}
