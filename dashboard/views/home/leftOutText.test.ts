import { expect, it } from 'vitest';
import { leftOutText } from './leftOutText.js';

it.each([
  [{ quickTests: 0, samples: 0, repetitions: 0 }, ''],
  [
    { quickTests: 1, samples: 1, repetitions: 1 },
    'Not compared: 1 quick test, 1 other run on a sample of the rows, 1 repetition with another seed.',
  ],
  [
    { quickTests: 4, samples: 1200, repetitions: 3 },
    'Not compared: 4 quick tests, 1,200 other runs on a sample of the rows, 3 repetitions with other seeds.',
  ],
  [{ quickTests: 0, samples: 2, repetitions: 0 }, 'Not compared: 2 other runs on a sample of the rows.'],
])('runs that are not among the best are counted by why: %j', (leftOut, text) => {
  expect(leftOutText(leftOut)).toBe(text);
});
