import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { until } from '../../test/support/until.js';
import { timeLimit } from './timeLimit.js';

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc === 'function') gc();
}

it('aborts in time though garbage was collected since, which AbortSignal.timeout within AbortSignal.any may not', async () => {
  const other = new AbortController();
  let reason: unknown;
  const signal = timeLimit(50, other.signal);
  signal.addEventListener('abort', () => (reason = signal.reason));
  // What a job has made weak references to lives until its end.
  await turn();
  collectGarbage();
  await until('the abort', () => reason !== undefined, 5000);
  expect(reason).toMatchObject({ name: 'TimeoutError' });
});

it('aborts as another signal does, with its reason', () => {
  const other = new AbortController();
  const signal = timeLimit(60_000, other.signal);
  other.abort('told to');
  expect(signal.reason).toBe('told to');
});
