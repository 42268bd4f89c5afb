/** What the set-up knows of the TensorFlow that it built the addon against, kept beside the libraries. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { nativeBackendFolder } from './nativeBackendFolder.js';

const tensorflowBuildSchema = z.object({
  /** Of TensorFlow, such as `2.21.0`. */
  version: z.string(),
  /** The CUDA that it was built for, such as `12.5.1`; null in a build for processors. */
  cuda: z.string().nullable(),
  cudnn: z.string().nullable(),
});
export type TensorflowBuild = z.infer<typeof tensorflowBuildSchema>;

export const BUILD_FILE = 'tensorflow.json';

/** Null where the libraries came otherwise, or were placed before this was kept. */
export function tensorflowBuild(folder = nativeBackendFolder()): TensorflowBuild | null {
  const file = join(folder, 'node_modules', '@tensorflow', 'tfjs-node', 'deps', BUILD_FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return tensorflowBuildSchema.parse(JSON.parse(text));
}
