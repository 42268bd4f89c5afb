import type { Metrics, Progress, TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import type { Scoring } from '../../evaluate/ranks/scoring.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import type { CheckpointMirror } from '../checkpoint/checkpointMirror.js';
import type { Trainer } from '../checkpoint/checkpointOwner.js';
import type { Profile } from './profiler.js';

export interface EpochReport {
  /** 1-based. */
  epoch: number;
  metrics: Metrics;
  seconds: number;
  examples: number;
  examplesPerSecond: number;
  /** There where metrics of ranks tell of equal scores more than of the model. */
  byTies?: true | undefined;
}

/** The workers of a training that is over, for the evaluation of its model. */
export interface KeptWorkers {
  scoring: Scoring;
  close(this: void): Promise<void>;
}

export interface TrainRequest {
  data: EncodedDataset;
  /** Of all that shaped `data`: a checkpoint of other data is not gone on from, though their sizes be the same. */
  dataDigest?: string;
  /** What version 0.1 called the same data: its checkpoints are gone on from, too. */
  formerDataDigest?: string | undefined;
  spec: TrainingSpec;
  /** What the run is compared with others by, epoch by epoch, where it is a trial. */
  comparedBy?: string | undefined;
  /** How many threads compute each step; 1 unless given. It changes nothing but rounding and time. */
  workers?: number;
  /** A folder on this machine. The newest readable checkpoint in it is resumed from. */
  checkpointDirectory: string;
  /** Where the checkpoints are kept as well, if the folder may be lost with the machine. */
  checkpointMirror?: CheckpointMirror;
  /** Who trains, where there may be several: a later attempt of the run, or another run, takes the folder over. */
  trainer?: Trainer;
  /** Called for every finished epoch, and on resuming once more for each epoch that the checkpoint knows. */
  onEpoch(report: EpochReport): void;
  /** Called often; the receiver thins out. */
  onProgress(progress: Progress): void;
  /** Called when a checkpoint is durable. */
  onCheckpoint(checkpoint: { path: string; epoch: number }): void;
  onLog(level: 'debug' | 'info' | 'warn', message: string, fields?: Record<string, unknown>): void;
  /** Given where somebody wants the workers, if there are any, after a training that comes to its end; and who closes them then. */
  keepWorkers?: (workers: KeptWorkers) => void;
  /** Given where the first epoch is to be profiled. */
  onProfile?: (profile: Profile) => Promise<void>;
  /** What the process may hold in all; without it the training is not refused for its size. */
  memoryLimitBytes?: number;
  /** Asked after every step and within evaluations; when true the training saves a checkpoint, within the epoch, and returns `stopped`. */
  stopRequested(): boolean;
}

export type TrainOutcome =
  /** `checkpoint` is null when another process has taken over. */
  | { kind: 'stopped'; checkpoint: { path: string; epoch: number } | null }
  | {
      kind: 'trained';
      /** Holds the weights of the best epoch. */
      model: TwoTowerModel;
      /** Of the best epoch. */
      metrics: Metrics;
      bestEpoch: number;
      epochsTrained: number;
      earlyStoppedAtEpoch: number | null;
      /** Over all epochs of this process, evaluation not counted. */
      examplesPerSecond: number;
    };
