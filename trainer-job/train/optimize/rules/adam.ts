import { slotAt, type Rule } from './rule.js';

/**
 * Kingma and Ba, "Adam", 2015, with the bias corrections folded into the step size (their section 2). Lazy: the moments of a
 * row, and the row, change at the steps that have a gradient of it, as in LazyAdam of TensorFlow Addons; the corrections
 * count all steps.
 */
export function adam(spec: { beta1: number; beta2: number; epsilon: number }): Rule {
  return {
    slots: { moment1: 0, moment2: 0 },
    updateAt:
      ({ step, rate }) =>
      (values, slots, rows, width, gradient) => {
        const [moment1, moment2] = [slotAt(slots, 0), slotAt(slots, 1)];
        const { beta1, beta2, epsilon } = spec;
        const size = (rate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
        let g = 0;
        for (let r = 0; r < rows.length; r++) {
          const from = rows[r]! * width;
          const end = from + width;
          for (let i = from; i < end; i++, g++) {
            const slope = gradient[g]!;
            const mean = beta1 * moment1[i]! + (1 - beta1) * slope;
            const square = beta2 * moment2[i]! + (1 - beta2) * slope * slope;
            moment1[i] = mean;
            moment2[i] = square;
            values[i]! -= (size * mean) / (Math.sqrt(square) + epsilon);
          }
        }
      },
  };
}
