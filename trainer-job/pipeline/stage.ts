import type { TransformDocument } from '@trainyard/recommender/format/transformDocument';
import type {
  DataReference,
  EvaluationReport,
  GatedFigure,
  RunData,
  RunEnvironment,
  RunWarning,
  StageName,
} from '@trainyard/shared';
import type { StageOutput, StageRequest } from '../cache/stageCache.js';
import type { IngestOutcome } from '../data/ingest/ingest.js';
import type { OpenedTables } from '../data/source/openTables.js';
import type { SplitName, TestTimes } from '../data/encodedDataset.js';
import type { WithRows } from '../data/transform/openRows.js';
import type { RawRows } from '../data/transform/rawRows.js';
import type { MeasuredSplits } from '../data/transform/measuredRows.js';
import type { EvaluationOutcome } from '../evaluate/evaluateModel.js';
import type { EpochReport, TrainOutcome } from '../train/loop/trainRequest.js';
import type { OutlierShare } from '../data/validate/outlierShares.js';
import type { Profile } from '@trainyard/shared/profile/profile';
import type { WrittenValidation } from '../data/validate/report.js';

/** What each stage makes for those after it. */
export interface StageOutputs {
  ingest: StageOutput<IngestOutcome> & { source: OpenedTables; data: RunData };
  validate: Validated;
  /** `measured`: how many rows of each split results are measured by, and why not by the others. */
  transform: StageOutput<TransformDocument> & {
    measured: MeasuredSplits;
    /** Which rows count as answers, where the specification says it. */
    relevant: StageOutput<{ relevant: number }> | null;
    /** What version 0.1 called the same rows; undefined where it may have read others. */
    formerDigest: string | undefined;
    /** The values that rows of a split have in the data, as texts; `rows` are positions in the split. */
    rawRows(this: void, split: SplitName, rows: Int32Array, columns: readonly string[]): Promise<RawRows>;
    /** Opens all rows as SQL sees them. */
    withRows: WithRows;
    /** When each test row happened, by the first column that the specification makes known to hold times; undefined without one. */
    testTimes(this: void): Promise<TestTimes | undefined>;
  };
  train: Trained;
  evaluate: EvaluationOutcome;
  register: Registered;
}

export interface Validated {
  profile: Profile;
  validation: WrittenValidation;
  /** Of the columns of numbers; null where no gate asks for them. */
  outliers: readonly OutlierShare[] | null;
  /** What no expectation asks for and a person should know. */
  warnings: readonly RunWarning[];
  /** Of all that was found out about the rows, on disk. */
  bytes: number;
}

export interface Registered {
  /** The URIs of the artifacts by name. */
  artifacts: Record<string, string>;
  /** Of the report that is among them. */
  verdict: EvaluationReport['verdict'];
  performance: EvaluationReport['performance'];
  /** What gates are judged by. */
  figures: GatedFigure[];
}

type Trained = Extract<TrainOutcome, { kind: 'trained' }> & { history: readonly EpochReport[] };

/** A stage of an attempt, as a value: `runStages` starts it, times it, reports it, and ends it where a stop is requested. */
export interface Stage<N extends StageName = StageName, Key = unknown> {
  readonly name: N;
  /**
   * What shapes the output, for the stage cache: what such a stage keeps appears whole or not at all, so it is left at once where
   * a stop is requested. Null where no other attempt can use the output: such a stage looks for stop requests itself.
   */
  readonly key: ((outputs: Outputs) => Promise<Key>) | null;
  run(work: StageWork<Key>): Promise<StageResult<StageOutputs[N]>>;
}

export interface StageWork<Key> {
  /** Of the stages before. */
  outputs: Outputs;
  key: Key;
  /** Takes an output, or a part of it, from the cache, or makes it there. */
  keep<T>(this: void, request: Omit<StageRequest<T>, 'stage'>): Promise<StageOutput<T>>;
}

export interface StageResult<Output> {
  output: Output;
  counts: Record<string, number>;
  /** What people are told of the stage in a sentence; nothing unless given. */
  detail?: string;
  /** What does not stop the run and should be known before its results are trusted; nothing unless given. */
  warnings?: readonly RunWarning[];
  /** What the stage read and made, by digest; nothing unless given. */
  lineage?: StageLineage;
  /** Of `ingest`: which rows they are. */
  data?: RunData;
  /** What is said, refused or tidied once the stage is reported as done: what it has kept stays all the same. */
  afterwards?: () => void | Promise<void>;
}

export interface StageLineage {
  inputs: DataReference[];
  outputs: DataReference[];
}

export interface StageReport extends Partial<StageLineage> {
  stage: StageName;
  seconds: number;
  /** Whether all that the stage keeps was in the cache. */
  cacheHit: boolean;
  counts: Record<string, number>;
  detail: string;
  warnings: RunWarning[];
  data?: RunData;
  environment?: RunEnvironment;
}

/** What the stages of an attempt have made so far. */
export class Outputs {
  private readonly made: Partial<StageOutputs> = {};
  readonly seconds: Partial<Record<StageName, number>> = {};
  /** Of all stages so far, as the other two. */
  readonly lineage: (StageLineage & { stage: StageName; seconds: number })[] = [];
  readonly warnings: (RunWarning & { stage: StageName })[] = [];

  /** Throws where that stage has not run: the order of the stages is wrong then. */
  of<N extends StageName>(stage: N): StageOutputs[N] {
    const output = this.made[stage];
    if (output === undefined) throw new Error(`${stage} has made nothing yet`);
    return output;
  }

  add<N extends StageName>(stage: N, output: StageOutputs[N], seconds: number): void {
    this.made[stage] = output;
    this.seconds[stage] = seconds;
  }
}
