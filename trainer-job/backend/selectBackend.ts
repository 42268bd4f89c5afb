/** Chooses what computes: `tensorflow` where it loads, else `wasm`, else `cpu`. Only the chosen package is imported. */
import * as tf from '@tensorflow/tfjs-core';
import type { BackendChoice } from '../settings/variables.js';
import { collectInOneGo } from './garbageCollection.js';
import { loadTensorflow, type LoadResult } from './tensorflowBackend.js';
import { TrainerError } from '../errors/trainerError.js';

type BackendName = Exclude<BackendChoice, 'auto'>;

export interface SelectedBackend {
  name: BackendName;
  device: 'gpu' | 'cpu';
  /** Why this one: what was asked for, and why each better one is not it. */
  reason: string;
  version: string;
}

/** Where the backend that was asked for does not work here. */
const REMEDY =
  'leave TRAINYARD_BACKEND at auto to take the best that works, or run `npm run setup:tensorflow` for tensorflow';

export interface BackendLoaders {
  tensorflow(): Promise<LoadResult>;
  wasm(): Promise<LoadResult>;
  cpu(): Promise<LoadResult>;
}

const ORDER: readonly BackendName[] = ['tensorflow', 'wasm', 'cpu'];

/** Throws `TrainerError` when the one asked for cannot be loaded, or with `auto` none. */
export async function selectBackend(
  choice: BackendChoice,
  loaders: BackendLoaders = { tensorflow: loadTensorflow, wasm: loadWasm, cpu: loadCpu },
): Promise<SelectedBackend> {
  // Warnings such as "Platform node has already been set" are about how packages are laid out, not about the run.
  tf.env().set('PROD', true);
  collectInOneGo();
  const failures: string[] = [];
  for (const name of choice === 'auto' ? ORDER : [choice]) {
    const loaded = await loaders[name]();
    if ('failure' in loaded) {
      failures.push(`${name} is not available (${loaded.failure})`);
      continue;
    }
    const why = choice === 'auto' ? 'the best that works here' : 'asked for';
    return { name, ...loaded, reason: [why, ...failures].join('; ') };
  }
  throw new TrainerError('backend-unavailable', failures.join('; '), REMEDY);
}

async function loadWasm(): Promise<LoadResult> {
  return attempt('wasm', async () => (await import('@tensorflow/tfjs-backend-wasm')).version_wasm);
}

async function loadCpu(): Promise<LoadResult> {
  return attempt('cpu', async () => (await import('@tensorflow/tfjs-backend-cpu')).version_cpu);
}

async function attempt(name: BackendName, load: () => Promise<string>): Promise<LoadResult> {
  try {
    const version = await load();
    if (!(await tf.setBackend(name))) return { failure: 'it could not be initialized' };
    await tf.ready();
    return { version: `tfjs-backend-${name} ${version}`, device: 'cpu' };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}
