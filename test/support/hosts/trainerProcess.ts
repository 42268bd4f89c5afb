/** The built trainer as a process: environment variables in, callbacks and an exit code out. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { deriveRunSecret, type TrainingSpecInput } from '@trainyard/shared';
import { onTestFinished } from 'vitest';
import { randomFor } from '../../../trainer-job/model/random.js';
import { callbackServer, type CallbackServer } from '../standIns/callbackServer.js';
import { temporaryFolder } from '../temporaryFolder.js';
import { until } from '../until.js';

/** See `bundledTrainer.ts`. */
export const TRAINER = fileURLToPath(new URL('../../../trainer-job/dist/bundle/main.js', import.meta.url));
/** Of the trainers that tests start: how long recommendations take is measured for 0.3 s each, which few tests look at. */
export const TRAINER_ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  TRAINYARD_BACKEND: 'wasm',
  TRAINYARD_LATENCY_MS: '0',
};
export const RUN_ID = 'abcdefghijklmnopqrst';
export const STAGES = ['ingest', 'validate', 'transform', 'train', 'evaluate', 'register'];
export const secretOf = (attempt: number) => deriveRunSecret('a master secret of the tests', RUN_ID, attempt);

/** Of the evaluation, what takes a second of processor time and more than most tests look at. */
export const PLAIN_EVALUATION = {
  k: [5, 10],
  baselines: ['popularity' as const],
  bootstrapDraws: 0,
  importanceUsers: 0,
};

export const SPEC: TrainingSpecInput = {
  dataset: { source: { uri: 'purchases.jsonl' }, split: { strategy: 'time', column: 'at' } },
  features: {
    query: [{ column: 'user', transform: 'lookup', id: true, dim: 8 }],
    candidate: [{ column: 'item', transform: 'lookup', id: true, dim: 8 }],
  },
  model: { query: { layers: [] }, candidate: { layers: [] } },
  training: { epochs: 4, batchSize: 64, earlyStopping: false },
  evaluation: PLAIN_EVALUATION,
};
export const manyEpochs = (epochs: number): TrainingSpecInput => ({
  ...SPEC,
  training: { ...SPEC.training, epochs },
});

/** Purchases of 40 users in 4 groups, each group with items of its own. */
function purchases(): string {
  const random = randomFor(1, 'purchases');
  const rows = Array.from({ length: 2000 }, (_, at) => {
    const user = Math.floor(random() * 40);
    return JSON.stringify({
      user: `u${user}`,
      item: `i${(user % 4) * 10 + Math.floor(random() ** 2 * 10)}`,
      at,
    });
  });
  return `${rows.join('\n')}\n`;
}

export interface Workplace {
  folder: string;
  plane: CallbackServer;
  start: (attempt: number, extra?: Record<string, string>) => Trainer;
}

export interface Trainer {
  child: ChildProcess;
  /** The exit code, or the signal that ended it. */
  exit: Promise<number | string | null>;
  output: () => string;
}

/** A folder with a specification, its data and a control plane that listens. */
export async function workplace(spec: object): Promise<Workplace> {
  const folder = await temporaryFolder();
  const plane = await callbackServer(secretOf);
  await writeFile(join(folder, 'purchases.jsonl'), purchases());
  await writeFile(join(folder, 'spec.json'), JSON.stringify(spec));
  await mkdir(join(folder, 'run'));
  const start = (attempt: number, extra = {}) =>
    startTrainer([], {
      RUN_ID,
      ATTEMPT: String(attempt),
      MODEL_VERSION: 'tiny#1',
      SPEC_URI: pathToFileURL(join(folder, 'spec.json')).href,
      ARTIFACT_URI: pathToFileURL(join(folder, 'run')).href,
      CALLBACK_URL: plane.url,
      RUN_SECRET: secretOf(attempt),
      TRAINYARD_DATA_BASE: folder,
      ...extra,
    });
  return { folder, plane, start };
}

export function startTrainer(args: string[], env: Record<string, string>): Trainer {
  const child = spawn(process.execPath, [TRAINER, ...args], { env: { ...TRAINER_ENVIRONMENT, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const exit = new Promise<number | string | null>((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? signal)),
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, exit, output: () => output };
}

/** Waits for the exit; one that is not expected is shown with what the trainer printed. */
export async function ended(trainer: Trainer, expected: number): Promise<void> {
  const exit = await trainer.exit;
  if (exit !== expected) throw new Error(`exit ${exit} instead of ${expected}:\n${trainer.output()}`);
}

export const stagesOf = (plane: CallbackServer) =>
  plane.taken('stage-complete').map(({ body }) => body['stage']);
export const epochsOf = (plane: CallbackServer) =>
  [...new Set(plane.taken('epoch-complete').map(({ body }) => Number(body['epoch'])))].toSorted(
    (a, b) => a - b,
  );
export const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
export const finals = (plane: CallbackServer) =>
  plane.taken('checkpointed').filter(({ body }) => body['final'] === true);

export function epochTaken(plane: CallbackServer, epoch: number): Promise<unknown> {
  return until(`epoch ${epoch}`, () => epochsOf(plane).includes(epoch));
}
