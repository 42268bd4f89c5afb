import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { missingTensorflow } from './support/nativeTensorflow.js';

const PROCESS = fileURLToPath(new URL('../bench/dist/training/epochsProcess.js', import.meta.url));

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

// One matrix of a tower left behind at each of 8 steps, 32 KB, would be 11 MB between the epochs that are compared.
const MOST_GROWTH = 4e6;

it.each(['wasm', ...(missingTensorflow ? [] : ['tensorflow'])])(
  'resident memory is flat over 50 epochs on %s, once 25 have given caches and heaps their size',
  async (backend) => {
    const resident = await residentByEpoch(backend);
    expect(middle(resident.slice(65)) - middle(resident.slice(20, 30))).toBeLessThan(MOST_GROWTH);
  },
  300_000,
);
