/** A run in a terminal: what it is, how it ended, and how it stands beside its quick test. */
import {
  formatMetric,
  isTerminal,
  resultMetrics,
  whole,
  type RunComparison,
  type RunView,
} from '@trainyard/shared';
import { type Layout, paint, plain, wrap } from '../../watch/layout.js';
import { dollars } from '../../watch/numbers.js';
import { outcome } from '../../watch/outcome.js';
import { deltaCell } from '../comparison/comparisonLines.js';
import { type Cell, textTable } from '../comparison/textTable.js';

export interface ShownRun {
  run: RunView;
  links: { page: string | null; api: string };
  quickTest: RunComparison | null;
}

export function runLines({ run, links, quickTest }: ShownRun, layout: Layout): string[] {
  return [
    paint(
      layout,
      'bold',
      [run.name, run.title]
        .filter((text) => text !== '')
        .map(plain)
        .join('  '),
    ),
    ...factLines(run, links, layout),
    ...stateLines(run, layout),
    ...quickTestLines(run, quickTest, layout),
    ...attachmentLines(run, layout),
  ];
}

/** What is known of it, a line each and whole: ids and addresses are copied. What nobody said is left out. */
function factLines(run: RunView, { page, api }: ShownRun['links'], layout: Layout): string[] {
  const { intent, experiment, parentRunId, repeat, quickRunId, retryOf, external } = run;
  const pairs = (values: Readonly<Record<string, string>>) =>
    Object.entries(values)
      .map(([key, value]) => `${key}=${value}`)
      .join('  ');
  const facts: readonly (readonly [string, string | null])[] = [
    ['id', run.runId],
    ['author', run.requestedBy],
    ['created (UTC)', run.createdAt.slice(0, 19).replace('T', ' ')],
    ['intent', intent],
    ['experiment', experiment],
    ['quick test', quickRunId],
    ['parent', parentRunId],
    ['sweep', sweepText(run)],
    ['repetition', repeat && `${repeat.number} of ${repeat.of}, seed ${repeat.seed}`],
    ['goes on from', retryOf && retryOf.runId],
    ['system tags', pairs(run.systemTags)],
    ['tags', pairs(run.spec.tags)],
    ['data', run.data && `${whole(run.data.rows)} rows, ${run.data.digest}`],
    ['results', page ?? api],
    ['console', run.consoleUrl],
    ['MLflow', external && external.mlflowUrl],
  ];
  return facts.flatMap(([name, text]) =>
    text === null || text === '' ? [] : [`  ${paint(layout, 'dim', name.padEnd(14))}  ${plain(text)}`],
  );
}

/** What the run has to do with a sweep; what that came to, `sweep show` says. */
function sweepText({ sweep, inSweep }: RunView): string | null {
  if (sweep) return `${sweep.sweepId}, trial ${sweep.trial}`;
  if (!inSweep) return null;
  const { sweepId, role, trial } = inSweep;
  const what = role === 'final' ? `retrains its best trial, ${trial}` : 'what was before it';
  return `${sweepId}, ${what}: trainyard sweep show ${sweepId}`;
}

function stateLines(run: RunView, layout: Layout): string[] {
  if (isTerminal(run.status)) return outcome(run, layout);
  const cost = run.cost ? `, ${dollars(run.cost.usd)} so far` : '';
  const stage = run.currentStage === null ? '' : ` in ${run.currentStage}`;
  const epochs = `epoch ${run.currentEpoch} of ${run.totalEpochs}`;
  return [
    '',
    ...wrap(`${run.status}${stage}, ${epochs}${cost}: trainyard watch ${run.name}`, layout.width, '  '),
  ];
}

function quickTestLines(run: RunView, comparison: RunComparison | null, layout: Layout): string[] {
  if (comparison === null) return [];
  const { runs, metrics, comparability } = comparison;
  const main = new Set(resultMetrics(metrics.map(({ name }) => name)));
  const shown = metrics.filter(({ name }) => main.size === 0 || main.has(name));
  const at = runs.findIndex(({ runId }) => runId === run.runId);
  const quickAt = runs.findIndex(({ runId }) => runId === comparison.baselineRunId);
  const rows: Cell[][] = shown.map((metric) => [
    { text: metric.title },
    { text: formatMetric(metric.name, metric.values[at] ?? undefined) },
    { text: formatMetric(metric.name, metric.values[quickAt] ?? undefined) },
    deltaCell(metric, at),
  ]);
  const head = ['vs quick test', 'this run', plain(runs[quickAt]?.name ?? ''), 'delta'];
  return [
    '',
    ...textTable([head.map((text) => ({ text, style: 'dim' as const })), ...rows], layout),
    ...(comparability.verdict === 'comparable'
      ? []
      : wrap(`not the same test rows: ${comparability.reasons.join(' ')}`, layout.width, '  ').map((line) =>
          paint(layout, 'yellow', line),
        )),
  ];
}

function attachmentLines({ attachments }: RunView, layout: Layout): string[] {
  if (attachments.length === 0) return [];
  const rows: Cell[][] = attachments.map(({ path, bytes, attachedBy, attachedAt }) => [
    { text: plain(path) },
    { text: `${whole(bytes)} bytes` },
    { text: plain(attachedBy) },
    { text: attachedAt.slice(0, 16).replace('T', ' ') },
  ]);
  return ['', paint(layout, 'dim', '  attached'), ...textTable(rows, layout)];
}
