/** A whole Trainyard on this machine, with the built trainer, for tests that cross rooms. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isTerminal, type Epoch, type RunView, type TrainingSpecInput } from '@trainyard/shared';
import { onTestFinished } from 'vitest';
import { TrainyardClient } from '../../../local/client/trainyardClient.js';
import { startHost } from '../../../local/host/host.js';
import { openOneMachine } from '../../../local/host/oneMachine.js';
import { randomFor } from '../../../trainer-job/model/random.js';
import { until } from '../until.js';
import { PLAIN_EVALUATION, TRAINER, TRAINER_ENVIRONMENT } from './trainerProcess.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const CLI = join(root, 'local/bin/trainyard.js');
if (!existsSync(TRAINER)) throw new Error('the trainer is missing: its project needs `bundledTrainer.ts`');

export const EPOCHS = 30;

/** Purchases of users who buy within their group, as JSON lines. */
export async function writePurchases(folder: string, rows = 8_000): Promise<string> {
  const random = randomFor(3, 'purchases');
  const lines = Array.from({ length: rows }, (_, i) => {
    const user = Math.floor(random() * 500);
    const item = (user % 10) + 10 * Math.floor(random() ** 2 * 30);
    return JSON.stringify({ user: `u${user}`, item: `i${item}`, at: i });
  });
  const file = join(folder, 'purchases.jsonl');
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

/** A training that takes a second: long enough to be hit in the middle. */
export function stackSpec(file: string, parts: Partial<TrainingSpecInput> = {}): TrainingSpecInput {
  return {
    dataset: { source: { uri: file }, split: { strategy: 'time', column: 'at' } },
    features: {
      query: [{ column: 'user', transform: 'lookup', id: true, dim: 16 }],
      candidate: [{ column: 'item', transform: 'lookup', id: true, dim: 16 }],
    },
    model: { query: { layers: [] }, candidate: { layers: [] } },
    training: {
      epochs: EPOCHS,
      batchSize: 256,
      optimizer: { type: 'adam', learningRate: 0.005 },
      earlyStopping: false,
    },
    evaluation: PLAIN_EVALUATION,
    ...parts,
  };
}

export { TRAINER, TRAINER_ENVIRONMENT } from './trainerProcess.js';

export interface HostProcess {
  child: ChildProcess;
  client: TrainyardClient;
  kill(): Promise<void>;
}

/** `trainyard up` as a process of its own, killed after the test. Resolves when it answers. */
export async function hostProcess(directory: string, port: number): Promise<HostProcess> {
  const child = spawn(process.execPath, [CLI, 'up', '--port', String(port), '--directory', directory], {
    stdio: 'ignore',
    env: TRAINER_ENVIRONMENT,
  });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  onTestFinished(kill);
  const client = new TrainyardClient({ url: `http://127.0.0.1:${port}`, retries: 0 });
  await until('the host', async () => (await fetch(`${client.url}/healthz`)).ok);
  return { child, client, kill };
}

/** The process number of the trainer of an attempt. */
export async function trainerOf(jobs: string, runId: string, attempt = 1): Promise<number> {
  const file = join(jobs, `${runId}-${attempt}`, 'process.json');
  return until('the trainer', async () => (JSON.parse(await readFile(file, 'utf8')) as { pid: number }).pid);
}

/** Waits until the run has finished `epoch` epochs; fails when it ends before. */
export function untilEpoch(client: TrainyardClient, runId: string, epoch: number): Promise<RunView> {
  return until(`epoch ${epoch}`, async () => {
    const run = await client.get(runId);
    if (isTerminal(run.status)) throw new Error(`the run is ${run.status} already`);
    return run.currentEpoch >= epoch && run;
  });
}

export function untilOver(client: TrainyardClient, runId: string, timeoutMs = 60_000): Promise<RunView> {
  return until(
    'the end of the run',
    async () => {
      const run = await client.get(runId);
      return isTerminal(run.status) && run;
    },
    timeoutMs,
  );
}

/** What must be equal however often a run was interrupted. */
export function epochTable(epochs: readonly Epoch[]): { epoch: number; metrics: Epoch['metrics'] }[] {
  return epochs.map(({ epoch, metrics }) => ({ epoch, metrics }));
}

/** A host in this process, with the built trainer unless another command is given, closed after the test. */
export async function hostHere(
  directory: string,
  trainerCommand: readonly string[] = [process.execPath, TRAINER],
  trainerEnvironment: Readonly<Record<string, string>> = TRAINER_ENVIRONMENT,
): Promise<TrainyardClient> {
  const host = await startHost({
    directory,
    port: 0,
    openPorts: openOneMachine,
    trainerCommand,
    trainerEnvironment,
    print: () => {},
  });
  onTestFinished(async () => {
    await host.stop();
    await untilJobsRecorded(directory);
  });
  return new TrainyardClient({ url: host.url, retries: 0 });
}

/** Waits until the launcher of this process has recorded the end of every trainer: their folders are written to until then. */
export async function untilJobsRecorded(directory: string): Promise<void> {
  const jobs = join(directory, 'jobs');
  for (const job of await readdir(jobs).catch(() => [])) {
    await until(`the end of job ${job}`, () => existsSync(join(jobs, job, 'end.json')), 30_000);
  }
}
