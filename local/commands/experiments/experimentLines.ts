/** Experiments in a terminal. */
import { formatMetric, metricTitle, type RunView } from '@trainyard/shared';
import type { ExperimentView } from '../../client/trainyardClient.js';
import { type Layout, paint, plain, truncate, wrap } from '../../watch/layout.js';
import { type Cell, textTable } from '../comparison/textTable.js';

export interface ShownExperiment {
  experiment: ExperimentView;
  /** What the runs are ordered by; null where no run of the model has a result. */
  metric: string | null;
  /** The best, or the newest one where none has a result. */
  runs: readonly BestRun[];
}

interface BestRun extends Pick<RunView, 'runId' | 'name' | 'title' | 'status' | 'createdAt'> {
  /** Of the metric; null where it has none. */
  value: number | null;
}

const day = (instant: string) => instant.slice(0, 16).replace('T', ' ');
const dim = (text: string): Cell => ({ text, style: 'dim' });

export function listLines(experiments: readonly ExperimentView[], layout: Layout): string[] {
  if (experiments.length === 0) return [];
  const rows = experiments.map(({ experimentId, description, owner, tags, updatedAt }) => [
    { text: experimentId },
    { text: truncate(plain(description) || '–', 40) },
    { text: truncate(plain(owner), 24) },
    { text: truncate(tagText(tags), 30) },
    { text: day(updatedAt) },
  ]);
  return textTable(
    [['experiment', 'description', 'owner', 'tags', 'changed (UTC)'].map(dim), ...rows],
    layout,
  );
}

export function experimentLines({ experiment, metric, runs }: ShownExperiment, layout: Layout): string[] {
  const { experimentId, modelId, description, purpose, owner, tags, createdBy, createdAt, updatedAt } =
    experiment;
  const facts: [string, string][] = [
    ['description', description],
    ['purpose', purpose],
    ['owner', owner],
    ['tags', tagText(tags)],
    ['made', `${day(createdAt)} UTC by ${createdBy}`],
    ...(updatedAt === createdAt ? [] : [['changed', `${day(updatedAt)} UTC`] satisfies [string, string]]),
  ];
  const filter = `--filter 'experiment = "${experimentId}"'`;
  return [
    paint(layout, 'bold', `${experimentId} of ${modelId}`),
    ...facts.flatMap(([name, text]) =>
      text === ''
        ? []
        : wrap(text, layout.width - 15).map((line, i) => `  ${(i === 0 ? name : '').padEnd(11)}  ${line}`),
    ),
    '',
    ...runLines(metric, runs, layout),
    `  all of them: trainyard list ${modelId} ${filter}`,
  ];
}

function runLines(metric: string | null, runs: readonly BestRun[], layout: Layout): string[] {
  const [first] = runs;
  if (!first) return ['  it has no runs yet'];
  if (metric === null || first.status !== 'completed')
    return [`  no run of it is completed; the newest, ${plain(first.name)}, is ${first.status}`];
  const head = ['best runs', metricTitle(metric, 'test'), 'id', 'title'].map(dim);
  const rows = runs.map(({ name, title, runId, value }) =>
    [plain(name), formatMetric(metric, value ?? undefined), runId, truncate(plain(title) || '–', 40)].map(
      (text) => ({ text }),
    ),
  );
  return textTable([head, ...rows], layout);
}

function tagText(tags: ExperimentView['tags']): string {
  const text = Object.entries(tags).map(([name, value]) => `${plain(name)}=${plain(value)}`);
  return text.join(' ');
}
