import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainingSpecSchema, type TrainingSpec, type TrainingSpecInput } from '@trainyard/shared';
import { readEncodedDataset } from '@trainyard/trainer-job/data/readEncodedDataset';
import type { EncodedDataset } from '@trainyard/trainer-job/data/encodedDataset';
import type { EpochReport, TrainOutcome } from '@trainyard/trainer-job/train/loop/trainRequest';
import { evaluateModel } from '@trainyard/trainer-job/evaluate/evaluateModel';
import { trainModel } from '@trainyard/trainer-job/train/loop/trainModel';
import { prepareHere } from '../dataPrep/prepareHere.js';
import { printProgress } from '../progress.js';

export interface BenchTraining {
  spec: TrainingSpec;
  data: EncodedDataset;
  epochs: EpochReport[];
  outcome: Extract<TrainOutcome, { kind: 'trained' }>;
}

type Evaluation = Awaited<ReturnType<typeof evaluateModel>>;

interface Options {
  workers?: number;
}

/** Prepares the data and trains in this process; each epoch is told on stderr. The files are gone afterwards: the data can no longer be read from. */
export async function trainHere(input: TrainingSpecInput, options: Options = {}): Promise<BenchTraining> {
  return trainFor(input, options, async (training) => training);
}

/** The same, with the evaluation of the trained model on its test split. */
export async function trainAndEvaluateHere(input: TrainingSpecInput): Promise<BenchTraining & Evaluation> {
  return trainFor(input, {}, async (training) => {
    const { spec, data, outcome } = training;
    return { ...training, ...(await evaluateModel({ model: outcome.model, data, spec })) };
  });
}

/** What is done with a training is done while its files are there. */
async function trainFor<T>(
  input: TrainingSpecInput,
  { workers = 1 }: Options,
  use: (training: BenchTraining) => Promise<T>,
): Promise<T> {
  const spec = trainingSpecSchema.parse(input);
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-bench-'));
  try {
    const { encodedFolder } = await prepareHere(spec, folder, ({ stage, seconds }) =>
      printProgress(`${stage} ${seconds.toFixed(1)} s`),
    );
    const data = await readEncodedDataset(encodedFolder);
    const epochs: EpochReport[] = [];
    const outcome = await trainModel({
      data,
      spec,
      workers,
      checkpointDirectory: join(folder, 'checkpoints'),
      onEpoch: (report) => {
        epochs.push(report);
        printProgress(describe(report));
      },
      onProgress: () => {},
      onCheckpoint: () => {},
      onLog: (_level, message) => printProgress(message),
      stopRequested: () => false,
    });
    if (outcome.kind !== 'trained') throw new Error('nobody asked the training to stop');
    return await use({ spec, data, epochs, outcome });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function describe({ epoch, metrics, seconds, examplesPerSecond }: EpochReport): string {
  const values = Object.entries(metrics).map(([name, value]) => `${name} ${value.toFixed(4)}`);
  return `epoch ${epoch} ${values.join(' ')} seconds ${seconds.toFixed(1)} examples_per_second ${examplesPerSecond.toFixed(0)}`;
}
