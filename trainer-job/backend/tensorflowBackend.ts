/**
 * The native backend: `tfjs-node-gpu`, `tfjs-node`, or what `npm run setup:tensorflow` built. It brings its own copy of
 * tfjs-core, which shares engine and kernel registry with ours because both keep them on the global object.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { deterministicTensorflow, oneDnnTensorflow, quietTensorflow } from '../settings/tensorflow.js';
import { nativeBackendFolder } from './nativeBackendFolder.js';
import { defineRemovedUtil } from './nodeUtil.js';

/** Where a native backend may be, best first. */
function nativePackages(): string[] {
  return [
    '@tensorflow/tfjs-node-gpu',
    '@tensorflow/tfjs-node',
    join(nativeBackendFolder(), 'node_modules', '@tensorflow', 'tfjs-node'),
  ];
}

const packageSchema = z.object({ version: z.object({ 'tfjs-node': z.string() }) });
const backendSchema = z.object({
  isUsingGpuDevice: z.boolean(),
  binding: z.object({ TF_Version: z.string() }),
});

export type LoadResult = { version: string; device: 'gpu' | 'cpu' } | { failure: string };

/** Loads the first package that can be loaded and makes it the backend. */
export async function loadTensorflow(packages = nativePackages()): Promise<LoadResult> {
  defineRemovedUtil();
  quietTensorflow();
  deterministicTensorflow();
  oneDnnTensorflow();
  const require = createRequire(import.meta.url);
  const failures: string[] = [];
  for (const name of packages) {
    try {
      const loaded = packageSchema.parse(require(name));
      await tf.setBackend('tensorflow');
      const backend = backendSchema.parse(tf.backend());
      return {
        version: `tfjs-node ${loaded.version['tfjs-node']}, TensorFlow ${backend.binding.TF_Version}`,
        device: backend.isUsingGpuDevice ? 'gpu' : 'cpu',
      };
    } catch (error) {
      failures.push(`${shortName(name)}: ${firstLine(error)}`);
    }
  }
  return { failure: failures.join('; ') };
}

function shortName(name: string): string {
  return name.startsWith('@') ? name : '.tensorflow';
}

function firstLine(error: unknown): string {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
  if (isMissing) return 'not installed';
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.trim() ?? '';
}
