import { expect, it } from 'vitest';
import { fillTruncatedNormal, randomFor } from './random.js';

it('a truncated normal has the deviation that was asked for, and nothing beyond its ends', () => {
  const values = new Float32Array(200_001);
  fillTruncatedNormal(values, 0.3, randomFor(1, 'truncated'));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(mean).toBeCloseTo(0, 2);
  expect(deviation).toBeCloseTo(0.3, 2);
  // The ends of Keras' HeNormal: twice the deviation before it is cut off.
  expect(largest).toBeLessThanOrEqual((2 * 0.3) / 0.87962566);
  expect(largest).toBeGreaterThan(0.65);
});
