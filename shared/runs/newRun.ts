import { digestOf } from '../digest.js';
import { later } from '../later.js';
import type { TrainingSpec } from '../spec/trainingSpec.js';
import type { GivenIdentity, RunIdentity } from './identity.js';
import { EVERY_TEAM, type Run } from './run.js';
import { runTitle } from './runTitle.js';

export interface NewRun {
  runId: string;
  modelId: string;
  runNumber: number;
  /** Resolved: with all defaults and the tiers it may run on. */
  spec: TrainingSpec;
  requestedBy: string;
  /** The preset versions that went into the specification. */
  presets?: string[] | undefined;
  /** Everybody's unless given. */
  teams?: string[] | undefined;
  traceparent?: string | null | undefined;
  /** The least memory that it takes, where that is known. */
  memoryFloor?: Run['memoryFloor'] | undefined;
  /** An ended run whose checkpoints this one goes on from. */
  retryOf?: Run['retryOf'] | undefined;
  /** The version that serves now. */
  production?: Run['production'] | undefined;
  /** What says which run it is; the title is made of it where none is given. */
  identity?: GivenIdentity | undefined;
  /** What a quick test leaves out of its whole specification. */
  quickTest?: Run['quickTest'] | undefined;
  now: Date;
}

/** A run as it is first recorded: pending, its first attempt not launched. */
export function newRun({ runId, modelId, runNumber, spec, requestedBy, now, ...given }: NewRun): Run {
  return {
    schemaVersion: 1,
    runId,
    modelId,
    runNumber,
    status: 'pending',
    attempt: 1,
    retriesUsed: 0,
    seq: 0,
    spec,
    presets: given.presets ?? [],
    specDigest: digestOf(spec),
    tagPairs: Object.entries(spec.tags).map(([key, value]) => tagPair(key, value)),
    requestedBy,
    ...identityOf(given.identity ?? {}, spec, given.presets ?? []),
    teams: given.teams ?? [EVERY_TEAM],
    retryOf: given.retryOf ?? null,
    production: given.production ?? null,
    traceparent: given.traceparent ?? null,
    currentStage: null,
    currentEpoch: 0,
    totalEpochs: spec.training.epochs,
    progress: null,
    resources: null,
    peakMemory: null,
    gpuUse: null,
    latestMetrics: {},
    checkpoint: null,
    phase: spec.compute.prepare ? 'prepare' : null,
    tierIndex: 0,
    memoryFloor: given.memoryFloor ?? null,
    outgrown: [],
    job: null,
    computeConfig: null,
    consoleUrl: null,
    stopping: null,
    cost: null,
    retryAt: null,
    lease: null,
    result: null,
    gates: [],
    data: null,
    environment: null,
    quickTest: given.quickTest ?? null,
    madeDigests: [],
    usedDigests: [],
    warnings: [],
    error: null,
    cancelRequestedAt: null,
    createdAt: now.toISOString(),
    startedAt: null,
    endedAt: null,
    lastCallbackAt: null,
    lastProgressAt: null,
    deadlineAt: later(now, spec.compute.deadlineSeconds * 1000),
    updatedAt: now.toISOString(),
  };
}

const DATASET_PRESET = /^datasets\//;

function identityOf(
  given: GivenIdentity,
  spec: TrainingSpec,
  presets: readonly string[],
): Pick<Run, keyof RunIdentity> {
  const intent = given.intent ?? null;
  const datasetVersion = presets.find((preset) => DATASET_PRESET.test(preset));
  return {
    experiment: given.experiment ?? null,
    title: given.title ?? runTitle(intent, spec, undefined),
    intent,
    parentRunId: given.parentRunId ?? null,
    sweep: given.sweep ?? null,
    inSweep: given.inSweep ?? null,
    quickRunId: given.quickRunId ?? null,
    repeat: given.repeat ?? null,
    systemTags: {
      ...(datasetVersion !== undefined && { dataset_version: datasetVersion }),
      ...(intent && { experiment_type: intent }),
      ...given.systemTags,
    },
    attachments: [],
    external: null,
  };
}

/** A tag as it stands in `tagPairs`. */
export function tagPair(key: string, value: string): string {
  return `${key}=${value}`;
}
