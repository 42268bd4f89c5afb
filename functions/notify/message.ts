/** The message about a run that ended, or a budget. */
import {
  assertNever,
  baselineSchema,
  comparedNames,
  comparisonInWords,
  formatMetric,
  gateResultSchema,
  gateScope,
  instantSchema,
  isFigureOf,
  metricNameSchema,
  metricSplit,
  metricValue,
  modelIdSchema,
  runErrorSchema,
  runIdSchema,
  runName,
  type BudgetReached,
  type GateResult,
  type Run,
  type RunError,
  type RunResult,
} from '@trainyard/shared';
import { z } from 'zod';
import { runOutcomeSchema, type RunOutcome } from './channels.js';
import { runPage } from './pages.js';
import { costFacts, endedFact, exactFigure, type Shown } from './shown.js';

export const runMessageSchema = z.strictObject({
  outcome: runOutcomeSchema,
  title: z.string(),
  runId: runIdSchema,
  /** `demo#7`. */
  runName: z.string(),
  modelId: modelIdSchema,
  runNumber: z.int().min(1),
  endedAt: instantSchema,
  /** From the first callback to the end; null for a run that never started. */
  seconds: z.number().min(0).nullable(),
  costUsd: z.number().min(0).nullable(),
  /** Of the test split, by name, the first 20; empty for a run without a result. */
  metrics: z.array(
    z.strictObject({
      name: metricNameSchema,
      value: z.number(),
      /** The same metric of each baseline that has it. */
      baselines: z.partialRecord(baselineSchema, z.number()),
    }),
  ),
  /** The gates that the result did not pass. */
  failedGates: z.array(
    z.strictObject({
      metric: gateResultSchema.shape.metric,
      /** Whose metric it is, where it is not that of all test rows. */
      slice: gateResultSchema.shape.slice,
      column: gateResultSchema.shape.column,
      /** Whether it keeps the version from promotion. */
      critical: z.boolean(),
      /** Null when the result has no such metric. */
      value: z.number().nullable(),
      /** What it had to be, in words: `at least 0.3, above popularity (0.2811)`. */
      required: z.string(),
    }),
  ),
  error: runErrorSchema.nullable(),
  /** Where people look at the run. */
  runUrl: z.string().nullable(),
});
export type RunMessage = z.infer<typeof runMessageSchema>;

/** The message about a run that ended. `runUrl` has `{runId}` in it. */
export function messageOf(run: Run, outcome: RunOutcome, runUrl: string | undefined): RunMessage {
  const { runId, modelId, runNumber, startedAt, result } = run;
  const endedAt = run.endedAt ?? run.updatedAt;
  return {
    outcome,
    title: `[${modelId}] Run ${runName(run)} ${phraseOf(outcome)}`,
    runId,
    runName: runName(run),
    modelId,
    runNumber,
    endedAt,
    seconds: startedAt === null ? null : Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) / 1000,
    costUsd: run.cost?.usd ?? null,
    metrics: result ? keyMetrics(result) : [],
    failedGates: run.gates
      .filter(({ passed }) => !passed)
      .map((gate) => ({
        metric: gate.metric,
        ...(gate.slice && { slice: gate.slice }),
        ...(gate.column !== undefined && { column: gate.column }),
        critical: gate.critical,
        value: gate.value,
        required: requirementOf(gate, result),
      })),
    error: run.error,
    runUrl: runPage({ runUrl }, runId),
  };
}

/** The message about a month's budget, of which `share` is spent; `run` is one that it was spent on. */
export function budgetMessage(
  run: Run,
  { share, month, scope }: BudgetReached,
  { at, error, runUrl }: { at: string; error: RunError; runUrl: string | undefined },
): RunMessage {
  const whose = scope === 'deployment' ? 'trainyard' : run.modelId;
  return {
    ...messageOf(run, 'budget', runUrl),
    title: `[${whose}] ${Math.round(share * 100)} % of the budget of ${month} is spent`,
    endedAt: at,
    metrics: [],
    failedGates: [],
    error,
  };
}

function phraseOf(outcome: RunOutcome): string {
  switch (outcome) {
    case 'completed':
      return 'completed';
    case 'failed':
      return 'failed';
    case 'gateFailed':
      return 'completed, a gate failed';
    case 'cancelled':
      return 'cancelled';
    case 'budget':
      return 'spends a budget';
    default:
      return assertNever(outcome);
  }
}

const byName = new Intl.Collator('en', { numeric: true });
/** More than any evaluation has; what is longer than a channel takes would be refused. */
const MOST_METRICS = 20;

function keyMetrics({ metrics, baselines }: RunResult): RunMessage['metrics'] {
  const names = Object.keys(metrics).filter((name) => metricSplit(name) === 'test');
  return names
    .toSorted(byName.compare)
    .slice(0, MOST_METRICS)
    .map((name) => ({
      name,
      value: metrics[name] ?? 0,
      baselines: Object.fromEntries(
        baselineSchema.options.flatMap((baseline) => {
          const value = baselines[baseline]?.[name];
          return value === undefined ? [] : [[baseline, value]];
        }),
      ),
    }));
}

/** What it had to be, and what it was compared with, by value. */
function requirementOf(gate: GateResult, result: RunResult | null): string {
  const { atLeast, atMost, onInterval } = gate;
  const bounds = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
    ...comparedNames(gate).map((name) => {
      const value = comparedValue(gate, name, result);
      return `${comparisonInWords(gate, name)} (${value === undefined ? 'which has none' : exactFigure(value)})`;
    }),
  ].join(', ');
  return onInterval ? `${bounds}, by the worse bound of its interval` : bounds;
}

function comparedValue(gate: GateResult, name: string, result: RunResult | null): number | undefined {
  if (typeof gate.aboveRun === 'object' && gate.aboveRun.run === name) return gate.aboveRun.value;
  const figure = result?.figures?.find((one) => isFigureOf(one, gate));
  const known = figure?.others.find(({ against }) => against === name)?.value;
  return known ?? (gate.slice ? undefined : metricValue(result?.baselines[name] ?? {}, gate.metric));
}

/** As every channel shows it. */
export function shownRun(message: RunMessage): Shown {
  const { title, outcome, runName: name, runId, endedAt, error, runUrl } = message;
  return {
    title,
    color: COLORS[outcome],
    facts: [['Run', `${name} (${runId})`], endedFact(endedAt), ...costFacts(message)],
    error,
    warnings: { title: 'Gate failed', lines: gateLines(message) },
    rows: metricRows(message),
    link: runUrl === null ? null : { title: 'Open the run', url: runUrl },
  };
}

const COLORS: Record<RunOutcome, Shown['color']> = {
  completed: 'Good',
  failed: 'Attention',
  gateFailed: 'Warning',
  cancelled: 'Default',
  budget: 'Warning',
};

/** A row for each metric under a row of headings: name, this model, each baseline. Empty without metrics. */
export function metricRows({ metrics }: Pick<RunMessage, 'metrics'>): string[][] {
  if (metrics.length === 0) return [];
  const compared = baselineSchema.options.filter((name) =>
    metrics.some(({ baselines }) => name in baselines),
  );
  return [
    ['metric', 'this model', ...compared],
    ...metrics.map(({ name, value, baselines }) => [
      name,
      formatMetric(name, value),
      ...compared.map((baseline) => formatMetric(name, baselines[baseline])),
    ]),
  ];
}

/** A line for each gate that failed. */
export function gateLines({ failedGates }: Pick<RunMessage, 'failedGates'>): string[] {
  return failedGates.map(
    ({ metric, slice, column, critical, value, required }) =>
      `${metric}${gateScope({ slice, column })} is ${value === null ? 'missing' : exactFigure(value)}, must be ${required}${critical ? '' : ' (not critical)'}`,
  );
}
