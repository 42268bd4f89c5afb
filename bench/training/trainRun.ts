import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainingSpecSchema, type TrainingSpec, type TrainingSpecInput } from '@trainyard/shared';
import { readEncodedDataset } from '@trainyard/trainer-job/data/readEncodedDataset';
import type { EncodedDataset } from '@trainyard/trainer-job/data/encodedDataset';
import type { EpochReport, TrainOutcome } from '@trainyard/trainer-job/train/loop/trainRequest';
import { trainModel } from '@trainyard/trainer-job/train/loop/trainModel';
import { prepareHere } from '../dataPrep/prepareHere.js';
import { printProgress } from '../progress.js';

export interface BenchTraining {
  spec: TrainingSpec;
  data: EncodedDataset;
  epochs: EpochReport[];
  outcome: Extract<TrainOutcome, { kind: 'trained' }>;
}

/** Prepares the data and trains in this process, in a folder that is gone afterwards; each epoch is told on stderr. */
export async function trainHere(
  input: TrainingSpecInput,
  { workers = 1 }: { workers?: number } = {},
): Promise<BenchTraining> {
  const spec = trainingSpecSchema.parse(input);
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-bench-'));
  try {
    const { encodedFolder } = await prepareHere(spec, folder, ({ stage, seconds }) =>
      printProgress(`${stage} ${seconds.toFixed(1)} s`),
    );
    const encoded = await readEncodedDataset(encodedFolder);
    // Baselines ask for the times once the folder is gone.
    const times = await encoded.trainTimes?.();
    const data = times ? { ...encoded, trainTimes: async () => times } : encoded;
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
    return { spec, data, epochs, outcome };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function describe({ epoch, metrics, seconds, examplesPerSecond }: EpochReport): string {
  const values = Object.entries(metrics).map(([name, value]) => `${name} ${value.toFixed(4)}`);
  return `epoch ${epoch} ${values.join(' ')} seconds ${seconds.toFixed(1)} examples_per_second ${examplesPerSecond.toFixed(0)}`;
}
