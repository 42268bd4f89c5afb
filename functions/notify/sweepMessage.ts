/** The message about a sweep that ended. */
import {
  bestTrialSchema,
  formatMetric,
  instantSchema,
  modelIdSchema,
  sweepEndReasonSchema,
  sweepIdSchema,
  sweepObjectiveSchema,
  trialCountsSchema,
  type Sweep,
  type SweepEnd,
  type SweepEndReason,
  type Trial,
} from '@trainyard/shared';
import { z } from 'zod';
import { sweepOutcomeSchema, type SweepOutcome } from './channels.js';
import { runPage, sweepPage, type PageUrls } from './pages.js';
import { costFacts, endedFact, type Shown } from './shown.js';

export const sweepMessageSchema = z.strictObject({
  outcome: sweepOutcomeSchema,
  title: z.string(),
  sweepId: sweepIdSchema,
  sweepName: z.string(),
  modelId: modelIdSchema,
  endReason: sweepEndReasonSchema,
  endedAt: instantSchema,
  /** From its start to its end, pauses included. */
  seconds: z.number().min(0),
  costUsd: z.number().min(0),
  objective: sweepObjectiveSchema,
  trials: trialCountsSchema,
  /** Null where no trial has a result. */
  best: bestTrialSchema.nullable(),
  /** Why trials failed, the most frequent first. */
  failures: z.array(z.strictObject({ code: z.string(), trials: z.int().min(1) })),
  /** Where people look at the sweep, and at the run of its best trial. */
  sweepUrl: z.string().nullable(),
  bestRunUrl: z.string().nullable(),
});
export type SweepMessage = z.infer<typeof sweepMessageSchema>;

/** `trials` are those that failed, at least. */
export function sweepMessageOf(
  { sweepId, modelId, name, objective, createdAt }: Sweep,
  { reason, endedAt, counts, best, costUsd }: SweepEnd,
  { outcome, trials, pages }: { outcome: SweepOutcome; trials: readonly Trial[]; pages: PageUrls },
): SweepMessage {
  return {
    outcome,
    title: `[${modelId}] Sweep ${name} ${PHRASES[reason]}`,
    sweepId,
    sweepName: name,
    modelId,
    endReason: reason,
    endedAt,
    seconds: Math.max(0, Date.parse(endedAt) - Date.parse(createdAt)) / 1000,
    costUsd,
    objective,
    trials: counts,
    best,
    failures: failuresOf(trials),
    sweepUrl: sweepPage(pages, sweepId),
    bestRunUrl: best && runPage(pages, best.runId),
  };
}

const PHRASES: Record<SweepEndReason, string> = {
  maxTrials: 'ended: all its trials were made',
  exhausted: 'ended: every combination was tried',
  timeout: 'ended: its time was over',
  budget: 'ended: its budget was spent',
  failures: 'ended: its trials failed',
  cancelled: 'cancelled',
};

function failuresOf(trials: readonly Trial[]): SweepMessage['failures'] {
  const byCode = new Map<string, number>();
  for (const { state, error } of trials)
    if (state === 'failed' && error) byCode.set(error.code, (byCode.get(error.code) ?? 0) + 1);
  return [...byCode]
    .map(([code, count]) => ({ code, trials: count }))
    .toSorted((a, b) => b.trials - a.trials || (a.code < b.code ? -1 : 1));
}

/** More parameters than this are not looked at in a message. */
const MOST_PARAMETERS = 20;
/** Of a value of a parameter: layers are long. */
const MOST_CHARACTERS = 80;

/** As every channel shows it. */
export function shownSweep(message: SweepMessage): Shown {
  const { title, sweepName, sweepId, endedAt, objective, best, sweepUrl, bestRunUrl } = message;
  const page = sweepUrl ?? bestRunUrl;
  return {
    title,
    color: colorOf(message),
    facts: [
      ['Sweep', sweepName === sweepId ? sweepId : `${sweepName} (${sweepId})`],
      endedFact(endedAt),
      ['Trials', countsInWords(message.trials)],
      [
        'Best',
        best
          ? `${objective.metric} ${formatMetric(objective.metric, best.value)} of trial ${best.number} (${best.runId})`
          : 'no trial has a result',
      ],
      ...costFacts(message),
    ],
    error: null,
    warnings: {
      title: 'Trials failed',
      lines: message.failures.map(
        ({ code, trials }) => `${trials} trial${trials === 1 ? '' : 's'} failed with ${code}`,
      ),
    },
    rows: best ? parameterRows(best.parameters) : [],
    link:
      page === null ? null : { title: sweepUrl === null ? 'Open the best run' : 'Open the sweep', url: page },
  };
}

function colorOf({ best, endReason }: SweepMessage): Shown['color'] {
  if (endReason === 'cancelled') return 'Default';
  return best ? 'Good' : 'Attention';
}

function countsInWords(counts: SweepMessage['trials']): string {
  const some = Object.entries(counts).flatMap(([state, count]) => (count > 0 ? [`${count} ${state}`] : []));
  return some.join(', ') || 'none';
}

function parameterRows(parameters: Readonly<Record<string, unknown>>): string[][] {
  const all = Object.entries(parameters);
  const shown = all.slice(0, MOST_PARAMETERS).map(([key, value]) => [key, valueInWords(value)]);
  const left = all.length - shown.length;
  return [['parameter', 'best trial'], ...shown, ...(left > 0 ? [[`and ${left} more`, '']] : [])];
}

function valueInWords(value: unknown): string {
  const text =
    typeof value === 'number'
      ? String(Number(value.toPrecision(6)))
      : typeof value === 'string'
        ? value
        : JSON.stringify(value);
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`;
}
