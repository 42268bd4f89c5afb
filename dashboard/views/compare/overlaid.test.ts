import { expect, it } from 'vitest';
import { overlaid } from './overlaid.js';

it('Curves of several runs share their epochs, with gaps, and without the runs that have none', () => {
  const series = [
    {
      points: [
        { epoch: 1, value: 5 },
        { epoch: 3, value: 4 },
      ],
      everyNth: 1,
    },
    { points: [], everyNth: 1 },
    { points: [{ epoch: 2, value: 7 }], everyNth: 1 },
  ];
  const runs = ['a', 'b', 'c'].map((runId) => ({ runId, name: `${runId}#1` }));
  expect(overlaid({ series }, runs)).toEqual({
    epochs: [1, 2, 3],
    curves: [
      { name: 'a', title: 'a#1', values: [5, null, 4] },
      { name: 'c', title: 'c#1', values: [null, 7, null] },
    ],
  });
});
