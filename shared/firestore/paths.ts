/** Where each document lives (DESIGN: Firestore). The only place that spells a path. */
import type { PresetKind } from '../presetSections.js';
import type { StageName } from '../runs/status.js';

const PRESET_COLLECTIONS = {
  datasets: 'datasets',
  'feature-configs': 'featureConfigs',
  'model-configs': 'modelConfigs',
} as const satisfies Record<PresetKind, string>;

/** So that text order is number order. */
const numbered = (version: number) => String(version).padStart(7, '0');

export const paths = {
  models: 'models',
  model: (modelId: string) => `models/${modelId}`,
  modelVersions: (modelId: string) => `models/${modelId}/versions`,
  modelVersion: (modelId: string, version: number) => `models/${modelId}/versions/${numbered(version)}`,
  release: (modelId: string, releaseId: string) => `models/${modelId}/releases/${releaseId}`,
  summaryPages: (modelId: string) => `models/${modelId}/summaries`,
  /** The summaries of a hundred runs of a model. */
  summaryPage: (modelId: string, page: number) => `models/${modelId}/summaries/${numbered(page)}`,
  /** How far the summaries of runs from before there were any have been made. */
  summaryUpkeep: 'upkeep/summaries',
  experiments: (modelId: string) => `models/${modelId}/experiments`,
  experiment: (modelId: string, experimentId: string) => `models/${modelId}/experiments/${experimentId}`,
  sweeps: 'sweeps',
  sweep: (sweepId: string) => `sweeps/${sweepId}`,
  trials: (sweepId: string) => `sweeps/${sweepId}/trials`,
  trial: (sweepId: string, number: number) => `sweeps/${sweepId}/trials/${numbered(number)}`,
  trialBlocks: (sweepId: string) => `sweeps/${sweepId}/blocks`,
  /** Trials that have all ended, together. */
  trialBlock: (sweepId: string, number: number) => `sweeps/${sweepId}/blocks/${numbered(number)}`,
  /** Who comes after the last trial of a round: another one, or the end. */
  sweepTurn: (sweepId: string, round: number, number: number) =>
    `sweeps/${sweepId}/turns/${round}-${numbered(number)}`,
  /** Who has the number of a trial: what the search suggests, or what somebody wants tried. */
  sweepPlace: (sweepId: string, number: number) => `sweeps/${sweepId}/places/${numbered(number)}`,
  sweepEnds: (sweepId: string) => `sweeps/${sweepId}/ends`,
  sweepEnd: (sweepId: string, round: number) => `sweeps/${sweepId}/ends/${numbered(round)}`,
  queuedTrials: (sweepId: string) => `sweeps/${sweepId}/queue`,
  /** Parameters that somebody wants tried. */
  queuedTrial: (sweepId: string, number: number) => `sweeps/${sweepId}/queue/${numbered(number)}`,
  finalRuns: (sweepId: string) => `sweeps/${sweepId}/finals`,
  /** A run that retrains the best trial. */
  finalRun: (sweepId: string, runId: string) => `sweeps/${sweepId}/finals/${runId}`,
  openSweeps: 'openSweeps',
  /** That a round of a sweep has not ended. */
  openSweep: (sweepId: string, round: number) => `openSweeps/${sweepId}-${round}`,
  presets: (kind: PresetKind) => PRESET_COLLECTIONS[kind],
  preset: (kind: PresetKind, id: string) => `${PRESET_COLLECTIONS[kind]}/${id}`,
  presetVersions: (kind: PresetKind, id: string) => `${PRESET_COLLECTIONS[kind]}/${id}/versions`,
  presetVersion: (kind: PresetKind, id: string, version: number) =>
    `${PRESET_COLLECTIONS[kind]}/${id}/versions/${numbered(version)}`,
  runs: 'runs',
  run: (runId: string) => `runs/${runId}`,
  epochs: (runId: string) => `runs/${runId}/epochs`,
  /** Four digits or more, so that text order is epoch order up to 9999. */
  epoch: (runId: string, epoch: number) => `runs/${runId}/epochs/${String(epoch).padStart(4, '0')}`,
  stages: (runId: string) => `runs/${runId}/stages`,
  stage: (runId: string, stage: StageName) => `runs/${runId}/stages/${stage}`,
  logs: (runId: string) => `runs/${runId}/logs`,
  /** One chunk per log callback; attempt and number order them. */
  logChunk: (runId: string, attempt: number, seq: number) =>
    `runs/${runId}/logs/${String(attempt).padStart(4, '0')}-${String(seq).padStart(8, '0')}`,
  events: (runId: string) => `runs/${runId}/events`,
  event: (runId: string, eventId: string) => `runs/${runId}/events/${eventId}`,
  outbox: 'outbox',
  outboxEvent: (eventId: string) => `outbox/${eventId}`,
  registrations: 'registrations',
  /** A completed run that is not a version of its model yet. */
  registration: (runId: string) => `registrations/${runId}`,
  /** What BigQuery has of a run. */
  history: (runId: string) => `history/${runId}`,
  /** Of which budgets of a month warnings were told. */
  spending: (month: string) => `spending/${month}`,
  spentRuns: (month: string) => `spending/${month}/spent`,
  /** What an ended run cost in a month. */
  spent: (month: string, runId: string) => `spending/${month}/spent/${runId}`,
  mlflowRuns: 'mlflowRuns',
  /** What an MLflow server has of a run. */
  mlflowRun: (runId: string) => `mlflowRuns/${runId}`,
  /** Of a sweep that an MLflow server did not take: beside those of runs, so that one query finds both. */
  mlflowSweep: (sweepId: string) => `mlflowRuns/sweep-${sweepId}`,
  /** How often a run is to be repeated with other seeds. */
  repeats: (runId: string) => `repeats/${runId}`,
  notifications: 'notifications',
  /** One per event and channel. */
  notification: (deliveryId: string) => `notifications/${deliveryId}`,
  idempotencyKeys: 'idempotencyKeys',
  idempotencyKey: (digest: string) => `idempotencyKeys/${digest}`,
} as const;
