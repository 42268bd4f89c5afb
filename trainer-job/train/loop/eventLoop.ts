import { setImmediate as nextTurn } from 'node:timers/promises';

/** Other work of the process (reports, signals) gets its turn at least this often. */
const TURN_MS = 50;

/** Lets the event loop turn when the last turn is long ago. */
export function eventLoopYielder(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < TURN_MS) return;
    await nextTurn();
    last = performance.now();
  };
}
