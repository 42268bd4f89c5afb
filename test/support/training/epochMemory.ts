import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const PROCESS = fileURLToPath(new URL('../../../bench/dist/training/epochsProcess.js', import.meta.url));

/** Bytes resident after each of 75 epochs, in a process of its own. */
async function residentByEpoch(backend: string): Promise<number[]> {
  const child = fork(PROCESS, [backend], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the training has ended by itself with exit code ${String(code)}`);
  });
  ended.catch(() => undefined);
  const [message] = await Promise.race([once(child, 'message'), ended]);
  return z.strictObject({ resident: z.array(z.number()).length(75) }).parse(message).resident;
}

const middle = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

const WINDOW = 5;
// One matrix of a tower left behind at each of 8 steps, 32 KB, would be 1.3 MB a window.
export const MOST_GROWTH = 0.4e6;

/** By how much each window's level is above the one before. */
function growths(resident: readonly number[]): number[] {
  const levels: number[] = [];
  for (let from = 0; from < resident.length; from += WINDOW) {
    levels.push(middle(resident.slice(from, from + WINDOW)));
  }
  return levels.slice(1).map((level, i) => level - levels[i]!);
}

/** The middle growth of a window over 50 epochs, once 25 have given caches and heaps their size. */
export async function middleGrowth(backend: string): Promise<number> {
  const resident = await residentByEpoch(backend);
  // What is left behind makes most windows grow. A heap or an allocator's arena that grows once makes one.
  return middle(growths(resident.slice(25)));
}
