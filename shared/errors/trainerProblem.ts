/** What has to change: flags and specification, the data, what was asked of the data, the training, or the machine and its cloud. */
export type TrainerErrorKind = 'configuration' | 'dataset' | 'validation' | 'training' | 'platform';

/** What is the same for all errors of a code. */
export interface TrainerProblem {
  kind: TrainerErrorKind;
  meaning: string;
  /** In general; the error itself has a remedy with the names of the run at hand. */
  remedy: string;
  /** Whether another attempt may succeed without anybody's doing. */
  retriable: boolean;
}
