/** What searches are compared on. */
import { inferSpace, type Parameters, type Space } from '@trainyard/shared';
import { keyOf, recordedCurves, TWO_TOWERS_SPACE } from './twoTowers.js';

export interface Problem {
  name: string;
  space: Space;
  direction: 'minimize' | 'maximize';
  objective: (parameters: Parameters) => number;
}

const numbers = (parameters: Parameters, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Number(parameters[`x${i}`]));

const box = (count: number, min: number, max: number): Space =>
  inferSpace(
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, { type: 'float', min, max }])),
  );

/** Its least value is 0.397887, at three points (Dixon and Szegő, 1978). */
const branin: Problem = {
  name: 'branin',
  space: inferSpace({ x0: { type: 'float', min: -5, max: 10 }, x1: { type: 'float', min: 0, max: 15 } }),
  direction: 'minimize',
  objective(parameters) {
    const [x = 0, y = 0] = numbers(parameters, 2);
    const a = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
    return a ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
  },
};

const HARTMANN = [
  { height: 1, slopes: [10, 3, 17, 3.5, 1.7, 8], centre: [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886] },
  {
    height: 1.2,
    slopes: [0.05, 10, 17, 0.1, 8, 14],
    centre: [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  },
  { height: 3, slopes: [3, 3.5, 1.7, 10, 17, 8], centre: [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665] },
  {
    height: 3.2,
    slopes: [17, 8, 0.05, 10, 0.1, 14],
    centre: [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
  },
];

/** Its least value is -3.32237 (Dixon and Szegő, 1978). */
const hartmann: Problem = {
  name: 'hartmann6',
  space: box(6, 0, 1),
  direction: 'minimize',
  objective(parameters) {
    const x = numbers(parameters, 6);
    return -HARTMANN.reduce((sum, { height, slopes, centre }) => {
      const distance = x.reduce((all, own, i) => all + (slopes[i] ?? 0) * (own - (centre[i] ?? 0)) ** 2, 0);
      return sum + height * Math.exp(-distance);
    }, 0);
  },
};

/** Its least value is 0, at (1, 1, 1, 1) (Rosenbrock, 1960). */
const rosenbrock: Problem = {
  name: 'rosenbrock4',
  space: box(4, -2, 2),
  direction: 'minimize',
  objective(parameters) {
    const x = numbers(parameters, 4);
    return x.slice(1).reduce((sum, next, i) => {
      const own = x[i] ?? 0;
      return sum + 100 * (next - own ** 2) ** 2 + (1 - own) ** 2;
    }, 0);
  },
};

/** As the choice of a model is: each kind has parameters of its own. Its least value is 0.5. */
const conditional: Problem = {
  name: 'conditional',
  space: inferSpace({
    kind: ['shallow', 'deep', 'kernel'],
    rate: { type: 'logFloat', min: 1e-5, max: 1 },
    width: { type: 'int', min: 8, max: 512, log: true, when: { kind: ['shallow', 'deep'] } },
    depth: { type: 'int', min: 1, max: 8, when: { kind: 'deep' } },
    dropout: { type: 'float', min: 0, max: 0.5, step: 0.05, when: { kind: 'deep' } },
    bandwidth: { type: 'logFloat', min: 1e-3, max: 1e3, when: { kind: 'kernel' } },
  }),
  direction: 'minimize',
  objective(parameters) {
    const of = (key: string) => Number(parameters[key]);
    const rate = 0.3 * (Math.log10(of('rate')) + 2.5) ** 2;
    if (parameters['kind'] === 'kernel') return rate + 0.8 + 0.5 * Math.log10(of('bandwidth')) ** 2;
    const wide = Math.log2(of('width'));
    if (parameters['kind'] === 'shallow') return rate + 1 + 0.2 * (wide - 6) ** 2;
    return rate + 0.5 + 0.1 * (of('depth') - 5) ** 2 + 0.1 * (wide - 7) ** 2 + 4 * (of('dropout') - 0.2) ** 2;
  },
};

/** The best recall of any epoch, as a run keeps the weights of its best epoch. */
function twoTowers(): Problem {
  const curves = recordedCurves();
  return {
    name: 'two_towers',
    space: TWO_TOWERS_SPACE,
    direction: 'maximize',
    objective: (parameters) => Math.max(...(curves.get(keyOf(parameters)) ?? [])),
  };
}

export const problems = (): Problem[] => [branin, hartmann, rosenbrock, conditional, twoTowers()];
