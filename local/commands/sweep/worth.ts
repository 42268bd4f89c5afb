/** What a finalized sweep was worth, on rows that no trial was chosen by: beside what was before it, and beside other seeds. */
import {
  formatMetric,
  metricTitle,
  resultMetrics,
  type FinalRun,
  type RunView,
  type SweepView,
} from '@trainyard/shared';
import { finalsInOrder, overridesText, rowsText, sampledShare } from '@trainyard/shared/sweeps/finals';
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

/** So many others are named; the page has all. */
const MOST_NAMED = 10;

/** What the newest training of the best trial came to, and which other trainings there are. */
export async function finalLines(
  client: TrainyardClient,
  sweep: SweepView,
  layout: Layout,
): Promise<string[]> {
  const [first, ...others] = finalsInOrder(sweep);
  if (!first) return [];
  const named = await Promise.all(
    others.slice(0, MOST_NAMED).map(async (final) => ({ final, run: await client.get(final.runId) })),
  );
  const more = others.length - named.length;
  return [
    ...worthLines(await readWorth(client, first), layout),
    ...(others.length > 0 ? ['', '  retrained too'] : []),
    ...named.map(
      ({ final, run }) =>
        `    trial ${final.trial} as ${plain(run.name)} (run ${run.runId}), ${run.status}: ${finalWords(final, run)}`,
    ),
    ...(more > 0 ? [`    and ${more} more, older ones`] : []),
    '',
  ];
}

/** What tells one training of a trial from another. */
function finalWords(final: FinalRun, run: RunView): string {
  const changed = overridesText(final);
  return `${rowsText(sampledShare(run.spec))}${changed === '' ? '' : `, with ${plain(changed)}`}`;
}

/** Of a run that becomes a version of a part of the rows; empty of one that reads them all. */
export function sampleWarning({ spec, runId }: RunView, sweepId: string): string {
  const share = sampledShare(spec);
  if (share === null) return '';
  return `this version reads ${rowsText(share)} only (dataset.sample), as the trials did: users and items that the others hold are not in it; for all rows, trainyard cancel ${runId} and then trainyard sweep finalize ${sweepId} --override dataset.sample=null`;
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
  const head = [
    `  trial ${final.trial} was retrained as ${plain(run.name)}, which is ${run.status}: ${finalWords(final, run)}`,
    // Before the figures: what they are worth depends on it.
    ...(comparison?.comparability.reasons ?? []).flatMap((reason) => wrap(reason, layout.width, '  ')),
  ];
  if (!isWhole(worth)) return [...head, waitingLine(worth)];
  return [
    ...head,
    ...(baseline && baseline.status !== 'completed'
      ? [
          `  ${plain(baseline.name)}, from before the sweep, is ${baseline.status}: there is nothing to hold it against`,
        ]
      : []),
    ...(repeats.refusal === null ? [] : wrap(`no more repetitions: ${repeats.refusal}`, layout.width, '  ')),
    ...(run.status === 'completed' ? resultLines(worth, layout) : []),
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
