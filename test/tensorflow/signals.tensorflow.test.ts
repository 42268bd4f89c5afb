/** A signal, such as a platform's wish to stop, may come in the middle of a product. */
import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { missingTensorflow } from '../support/training/nativeTensorflow.js';

/** Products of [rows, 2500] and [2500, columns], as of the softmax loss, until many signals have come. */
const products = (columns: number, rows = 34) => `
  import { setImmediate } from 'node:timers/promises';
  import { Worker } from 'node:worker_threads';
  import * as tf from '@tensorflow/tfjs-core';
  import { selectBackend } from '@trainyard/trainer-job/backend/selectBackend';
  import { matMul } from '@trainyard/trainer-job/model/matrix';

  let signals = 0;
  process.on('SIGUSR2', () => (signals += 1));
  await selectBackend('tensorflow');
  new Worker("setInterval(() => process.kill(process.pid, 'SIGUSR2'), 1)", { eval: true });
  const [a, b] = [tf.ones([${rows}, 2500]), tf.ones([2500, ${columns}])];
  while (signals < 300) {
    for (let i = 0; i < 10; i++) {
      const product = matMul(a, b);
      if (product.dataSync().some((sum) => sum !== 2500)) throw new Error('a wrong sum');
      product.dispose();
    }
    await setImmediate();
  }
  process.exit(0);
`;

function endOf(script: string, threads: number, oneDnn?: string): Promise<string> {
  const env = { TF_NUM_INTRAOP_THREADS: String(threads), TF_ENABLE_ONEDNN_OPTS: oneDnn };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', script], { env }, (error, _, stderr) =>
      resolve(error ? `${error.signal ?? error.code}: ${stderr}` : 'well'),
    );
  });
}

describe.skipIf(missingTensorflow)('signals in the middle of products', () => {
  it.each([
    { threads: 1, columns: 700 },
    // As where workers have a thread each.
    { threads: 1, columns: 700, oneDnn: '1' },
    { threads: 2, columns: 700 },
    { threads: 2, columns: 16 },
    { threads: 2, columns: 2 },
    // What oneDNN leaves to the asking thread on processors with AVX-512 alone.
    { threads: 2, columns: 65 },
    { threads: 2, columns: 32, rows: 64 },
    { threads: 2, columns: 97, rows: 2 },
  ])(
    'write over nothing: $threads threads, $columns columns, oneDNN $oneDnn',
    { timeout: 60_000 },
    async (of) => {
      expect(await endOf(products(of.columns, of.rows), of.threads, of.oneDnn)).toBe('well');
    },
  );
});
