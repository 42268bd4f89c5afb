import type { Activation } from '@trainyard/shared/spec/layers';

/** y = f(z) of one number. */
export const ACTIVATIONS: Record<Activation, (z: number) => number> = {
  linear: (z) => z,
  relu: (z) => Math.max(z, 0),
  elu: (z) => (z < 0 ? Math.expm1(z) : z),
  tanh: (z) => Math.tanh(z),
  sigmoid,
  // z Φ(z): Hendrycks and Gimpel, "Gaussian error linear units", 2016.
  gelu: (z) => 0.5 * z * (1 + erf(z * Math.SQRT1_2)),
};

/** 1 / (1 + e^-x), which no x overflows. */
export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** Formula 7.1.26 of Abramowitz and Stegun: off by 1.5e-7 at most, as little as float32 tells apart. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const sum =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - sum * Math.exp(-x * x));
}
