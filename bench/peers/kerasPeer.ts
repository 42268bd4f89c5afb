import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface PeerEpoch {
  loss: number;
  examplesPerSecond: number;
}

/** Runs the Keras recipe in a Python that has TensorFlow, DuckDB and pandas, and reads its line per epoch. */
export async function runKerasPeer(request: {
  python: string;
  script: string;
  parquet: string;
  batchSize: number;
  epochs: number;
}): Promise<PeerEpoch[]> {
  const { python, script, parquet, batchSize, epochs } = request;
  const args = [script, parquet, '--batch-size', String(batchSize), '--epochs', String(epochs)];
  const child = spawn(python, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)));
  const peer: PeerEpoch[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const match = /^epoch \d+ loss ([\d.]+) seconds [\d.]+ examples_per_second (\d+)/.exec(line);
    if (match) peer.push({ loss: Number(match[1]), examplesPerSecond: Number(match[2]) });
    process.stderr.write(`keras: ${line}\n`);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`${python} ended with code ${code}:\n${errors}`);
  return peer;
}

/** Why this Python cannot run the peer, or undefined when it can. */
export async function peerObstacle(python: string): Promise<string | undefined> {
  const child = spawn(python, ['-c', 'import tensorflow, duckdb, pandas'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  if (code === 0) return undefined;
  const missing = /No module named '([^']+)'/.exec(errors)?.[1];
  return code === null ? `there is no ${python}` : `${python} has no ${missing ?? 'TensorFlow that loads'}`;
}
