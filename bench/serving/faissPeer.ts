import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { config } from '../environment.js';

const run = promisify(execFile);
const answerSchema = z.object({ median_ms: z.number().nullable(), seconds: z.number().optional() });

export interface FaissTask {
  vectors: string;
  queries: string;
  width: number;
  k: number;
  threads: number;
  /** So many queries one by one; 0 for all of them at once. */
  singles: number;
}

export async function runFaiss({ vectors, queries, width, k, threads, singles }: FaissTask) {
  const args = [config.faissPeer, vectors, queries, ...[width, k, threads, singles].map(String)];
  const { stdout } = await run(config.python, args);
  return answerSchema.parse(JSON.parse(stdout));
}

/** Why this Python cannot run the peer, or undefined when it can. */
export async function faissObstacle(): Promise<string | undefined> {
  try {
    await run(config.python, ['-c', 'import faiss, numpy']);
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
    return `${config.python} does not import faiss and numpy (${why}): pip install faiss-cpu==1.14.3, and set PYTHON to that Python`;
  }
}
