import type { OptimizerSpec } from '@trainyard/shared';
import { slotAt, type Rule } from './rule.js';

/** Duchi, Hazan and Singer, JMLR 12, 2011: a += g²; x -= rate · g / (√a + ε). Rows without a gradient do not change. */
export function adagrad(spec: Extract<OptimizerSpec, { type: 'adagrad' }>): Rule {
  return {
    slots: { accumulator: spec.initialAccumulator },
    updateAt: (at) => (values, slots, rows, width, gradient) => {
      const accumulator = slotAt(slots, 0);
      const [rate, epsilon] = [at.rate, spec.epsilon];
      let g = 0;
      for (let r = 0; r < rows.length; r++) {
        const from = rows[r]! * width;
        const end = from + width;
        for (let i = from; i < end; i++, g++) {
          const slope = gradient[g]!;
          const sum = accumulator[i]! + slope * slope;
          accumulator[i] = sum;
          values[i]! -= (rate * slope) / (Math.sqrt(sum) + epsilon);
        }
      }
    },
  };
}
