/** What a finalized sweep was worth, on rows that no trial was chosen by: beside what was before it, and beside other seeds. */
import { formatMetric, metricTitle, resultMetrics, type FinalRun, type SweepView } from '@trainyard/shared';
import { isWhole, verdictOf, type Worth } from '@trainyard/functions/sweeps/report/worth';
import type { TrainyardClient } from '../../client/trainyardClient.js';
import { type Layout, plain, wrap } from '../../watch/layout.js';
import { deltaCell } from '../comparison/comparisonLines.js';
import { type Cell, textTable } from '../comparison/textTable.js';

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

function resultLines(worth: Worth, layout: Layout): string[] {
  const { run, comparison, repeats } = worth;
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
      { text: metric?.title ?? metricTitle(name, 'test') },
      ...(comparison ? [value(metric?.values[0])] : []),
      value(run.result?.metrics[name]),
      ...(comparison ? [metric ? deltaCell(metric, 1) : dim('–')] : []),
      ...(spreads.size > 0 ? [value(spread?.mean), value(spread?.std)] : []),
    ];
  });
  return ['', ...textTable([head, ...rows], layout), ...wrap(verdictOf(worth), layout.width, '  ')];
}
