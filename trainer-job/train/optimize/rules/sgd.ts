import type { OptimizerSpec } from '@trainyard/shared';
import { slotAt, type Rule } from './rule.js';

/**
 * x -= rate · g. With momentum m, as Keras writes it: v = m·v - rate · g, then x += v or, Nesterov's (Sutskever et al.,
 * ICML 2013), x += m·v - rate · g. Lazy: a row's velocity neither moves it nor decays at steps without a gradient of it.
 */
export function sgd(spec: Extract<OptimizerSpec, { type: 'sgd' }>): Rule {
  return spec.momentum === 0 ? plain() : withMomentum(spec.momentum, spec.nesterov);
}

function plain(): Rule {
  return {
    slots: {},
    updateAt:
      ({ rate }) =>
      (values, _slots, rows, width, gradient) => {
        let g = 0;
        for (let r = 0; r < rows.length; r++) {
          const from = rows[r]! * width;
          const end = from + width;
          for (let i = from; i < end; i++, g++) values[i]! -= rate * gradient[g]!;
        }
      },
  };
}

function withMomentum(momentum: number, nesterov: boolean): Rule {
  return {
    slots: { velocity: 0 },
    updateAt:
      ({ rate }) =>
      (values, slots, rows, width, gradient) => {
        const velocity = slotAt(slots, 0);
        let g = 0;
        for (let r = 0; r < rows.length; r++) {
          const from = rows[r]! * width;
          const end = from + width;
          for (let i = from; i < end; i++, g++) {
            const push = rate * gradient[g]!;
            const next = momentum * velocity[i]! - push;
            velocity[i] = next;
            values[i]! += nesterov ? momentum * next - push : next;
          }
        }
      },
  };
}
