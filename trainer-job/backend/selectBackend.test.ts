import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { selectBackend, type BackendLoaders } from './selectBackend.js';
import { loadTensorflow } from './tensorflowBackend.js';

function loaders(working: readonly string[]): BackendLoaders & { asked: string[] } {
  const asked: string[] = [];
  const load = (name: string) => async () => {
    asked.push(name);
    return working.includes(name)
      ? { version: `${name} 1`, device: 'cpu' as const }
      : { failure: `no ${name} here` };
  };
  return { asked, tensorflow: load('tensorflow'), wasm: load('wasm'), cpu: load('cpu') };
}

describe('the choice of a backend', () => {
  it('takes the best that works and says why the better ones do not', async () => {
    expect(await selectBackend('auto', loaders(['wasm', 'cpu']))).toEqual({
      name: 'wasm',
      device: 'cpu',
      version: 'wasm 1',
      reason: 'the best that works here; tensorflow is not available (no tensorflow here)',
    });
  });

  it('loads nothing after the first that works', async () => {
    const all = loaders(['tensorflow', 'wasm', 'cpu']);
    expect((await selectBackend('auto', all)).name).toBe('tensorflow');
    expect(all.asked).toEqual(['tensorflow']);
  });

  it('takes the one that is asked for, and no other', async () => {
    const all = loaders(['tensorflow', 'wasm', 'cpu']);
    expect(await selectBackend('cpu', all)).toMatchObject({ name: 'cpu', reason: 'asked for' });
    expect(all.asked).toEqual(['cpu']);
    await expect(selectBackend('tensorflow', loaders(['wasm']))).rejects.toThrow(
      expect.objectContaining({ code: 'backend-unavailable', retriable: false }),
    );
  });

  it('explains when nothing works', async () => {
    await expect(selectBackend('auto', loaders([]))).rejects.toThrow(
      'tensorflow is not available (no tensorflow here); wasm is not available (no wasm here); cpu is not available (no cpu here)',
    );
  });

  it.each(['wasm', 'cpu'] as const)('really loads %s', async (name) => {
    expect(await selectBackend(name)).toMatchObject({
      name,
      version: expect.stringContaining('4.22.0') as string,
    });
    expect(tf.getBackend()).toBe(name);
    const product = tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync());
    expect(Array.from(product)).toEqual([11]);
  });

  it('gives the reason of each native package that does not load', async () => {
    const result = await loadTensorflow(['@tensorflow/no-such-package', '/nowhere/tfjs-node']);
    expect(result).toEqual({
      failure: '@tensorflow/no-such-package: not installed; .tensorflow: not installed',
    });
  });
});
