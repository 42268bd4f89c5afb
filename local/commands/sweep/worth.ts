/** What a finalized sweep was worth, on rows that no trial was chosen by: beside what was before it, and beside other seeds. */
import {
  formatMetric,
  isTerminal,
  leadingMetric,
  measuredModel,
  resultMetrics,
  type ComparedMetric,
  type FinalRun,
  type MetricSensitivity,
  type RepeatsView,
  type RunComparison,
  type RunView,
  type SweepView,
} from '@trainyard/shared';
import type { TrainyardClient } from '../../client/trainyardClient.js';
import { type Layout, plain, wrap } from '../../watch/layout.js';
import { deltaCell } from '../comparison/comparisonLines.js';
import { type Cell, textTable } from '../comparison/textTable.js';

/** The retrained trial, and what stands beside it as far as that is there. */
export interface Worth {
  final: FinalRun;
  run: RunView;
  baseline: RunView | null;
  repeats: RepeatsView;
  /** Of the baseline and the run, once both are completed. */
  comparison: RunComparison | null;
}

export async function readWorth(client: TrainyardClient, final: FinalRun): Promise<Worth> {
  const { runId, baselineRunId } = final;
  const [run, repeats, baseline] = await Promise.all([
    client.get(runId),
    client.repeats(runId),
    baselineRunId === null ? null : client.get(baselineRunId),
  ]);
  const areBoth = run.status === 'completed' && baseline?.status === 'completed';
  const comparison = areBoth ? await client.compare([baseline.runId, runId], { include: ['splits'] }) : null;
  return { final, run, baseline, repeats, comparison };
}

/** Whether nothing that belongs to it is still to come. */
export function isWhole({ run, baseline, repeats }: Worth): boolean {
  const { count, ended, refusal, repetitions } = repeats;
  const areRepeated = refusal === null ? ended >= count : ended === repetitions.length;
  return isTerminal(run.status) && (baseline === null || isTerminal(baseline.status)) && areRepeated;
}

/** The newest training of the best trial, and how many there are. */
export async function finalLines(
  client: TrainyardClient,
  { finals }: SweepView,
  layout: Layout,
): Promise<string[]> {
  const newest = finals.at(-1);
  if (!newest) return [];
  const before = finals.length - 1;
  return [
    ...worthLines(await readWorth(client, newest), layout),
    ...(before > 0
      ? [`  ${before === 1 ? 'another final run' : `${before} other final runs`} before it`]
      : []),
    '',
  ];
}

/** What is under way, as one line. */
export function waitingLine({ run, baseline, repeats: { count, ended } }: Worth): string {
  const parts = [
    `${plain(run.name)} ${run.status}`,
    ...(baseline ? [`${plain(baseline.name)} from before the sweep ${baseline.status}`] : []),
    ...(count > 0 ? [`${ended} of ${count} repetitions are over`] : []),
  ];
  return `  ${parts.join(', ')}`;
}

export function worthLines(worth: Worth, layout: Layout): string[] {
  const { final, run, baseline, repeats, comparison } = worth;
  const head = `  trial ${final.trial} was retrained as ${plain(run.name)}, which is ${run.status}`;
  if (!isWhole(worth)) return [head, waitingLine(worth)];
  return [
    head,
    ...(baseline && baseline.status !== 'completed'
      ? [
          `  ${plain(baseline.name)}, from before the sweep, is ${baseline.status}: there is nothing to hold it against`,
        ]
      : []),
    ...(repeats.refusal === null ? [] : wrap(`no more repetitions: ${repeats.refusal}`, layout.width, '  ')),
    ...(run.status === 'completed' ? resultLines(worth, layout) : []),
    ...(comparison?.comparability.reasons ?? []).flatMap((reason) => wrap(reason, layout.width, '  ')),
  ];
}

function resultLines({ run, comparison, repeats }: Worth, layout: Layout): string[] {
  const spreads = new Map(repeats.sensitivity?.metrics.map((spread) => [spread.metric, spread]));
  const names = resultMetrics(Object.keys(run.result?.metrics ?? {}));
  const compared = new Map(comparison?.metrics.map((metric) => [metric.name, metric]));
  const dim = (text: string): Cell => ({ text, style: 'dim' });
  const head = [
    dim('on the test split'),
    ...(comparison ? [dim('before')] : []),
    dim('tuned'),
    ...(comparison ? [dim('delta')] : []),
    ...(spreads.size > 0 ? [dim('mean of seeds'), dim('std')] : []),
  ];
  const rows = names.map((name): Cell[] => {
    const metric = compared.get(name);
    const spread = spreads.get(name);
    const value = (number: number | null | undefined): Cell => ({
      text: formatMetric(name, number ?? undefined),
    });
    return [
      { text: metric?.title ?? name },
      ...(comparison ? [value(metric?.values[0])] : []),
      value(run.result?.metrics[name]),
      ...(comparison ? [metric ? deltaCell(metric, 1) : dim('–')] : []),
      ...(spreads.size > 0 ? [value(spread?.mean), value(spread?.std)] : []),
    ];
  });
  const leading = leadingMetric(measuredModel(run.spec), 'test') ?? '';
  const words = verdictWords(compared.get(leading), spreads.get(leading));
  return ['', ...textTable([head, ...rows], layout), ...wrap(words, layout.width, '  ')];
}

/** Student's t of 95 %, two-sided, by the degrees of freedom from 1; 2 beyond. */
const T = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26];

/** Whether the search was worth it, by the metric that says most of the model. */
export function verdictWords(
  metric: ComparedMetric | undefined,
  spread: MetricSensitivity | undefined,
): string {
  const [before = null, after = null] = metric?.values ?? [];
  if (!metric || before === null || after === null || metric.better === null) return '';
  const tuned = spread?.mean ?? after;
  const gain = metric.better === 'higher' ? tuned - before : before - tuned;
  const share = before === 0 ? '' : ` (${percent(Math.abs(gain / before))})`;
  const said = `${metric.title}${spread ? `, the mean of ${spread.values} seeds,` : ''} is ${formatMetric(metric.name, Math.abs(gain))}${share} ${gain < 0 ? 'worse' : 'better'} than before the sweep`;
  if (!spread) return `${said}; how much of that is chance, repetitions tell.`;
  const { values, std } = spread;
  // What was before is of one seed, which varies as much.
  const chance = (T[values - 2] ?? 2) * std * Math.sqrt(1 + 1 / values);
  return Math.abs(gain) > chance
    ? `${said}: more than ${formatMetric(metric.name, chance)}, which seeds alone may make (95 %).`
    : `${said}, and seeds alone may make ${formatMetric(metric.name, chance)} (95 %): take it for chance.`;
}

const percent = (share: number) => `${Number((share * 100).toPrecision(2))} %`;
