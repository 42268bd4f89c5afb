import {
  canonicalMetricName,
  DEFAULT_MONITOR,
  formatMetric,
  leadingMetric,
  measuredModel,
  type MeasuredModel,
  metricName,
  METRICS,
  metricTitle,
  metricValue,
  type RunStatus,
  type RunView,
  runStatusSchema,
  whole,
} from '@trainyard/shared';
import { plain, truncate, wrap } from '../watch/layout.js';
import { wholeNumber } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import type { TrainyardClient } from '../client/trainyardClient.js';
import { type CommandContext, defineCommand, EXIT, modelArgument } from './command.js';
import { connect, connectionFlags } from './connect.js';

export const list = defineCommand(
  {
    name: 'trainyard list',
    summary: 'Lists the runs of a model, the newest first, or by a filter and an order.',
    positionals: { model: { value: 'MODEL', description: 'the id of the model', schema: modelArgument } },
    flags: {
      status: {
        value: 'STATUS',
        description: 'only runs of this status',
        schema: runStatusSchema.optional(),
      },
      limit: {
        short: 'n',
        value: 'N',
        description: 'at most so many runs',
        schema: wholeNumber(1, 10_000).default(20),
      },
      filter: {
        value: 'FILTER',
        description: 'only runs that are so: metrics, fields, params.… and tags.…, as docs/runs.md says',
        schema: z.string().min(1).max(2000).optional(),
      },
      order: {
        value: 'BY',
        description:
          'by metrics, fields, params.… or tags.…, each with asc or desc; of a metric the best comes first unless said',
        schema: z.string().min(1).max(500).optional(),
      },
      best: {
        description: 'the completed runs by the primary metric of the newest of them, the best first',
      },
      json: { description: 'prints JSON, a run per line' },
      ...connectionFlags,
    },
    examples: [
      'trainyard list shop',
      'trainyard list shop --status failed --limit 5',
      'trainyard list shop --best --limit 3',
      `trainyard list shop --filter '${metricName(METRICS.recall, 'test', 100)} > 0.3 and tags.team = "search"' --order ${DEFAULT_MONITOR}`,
    ],
  },
  async (values, context) => {
    const { model: modelId, status, limit, filter, order: orderBy } = values;
    const client = await connect(values, context);
    if (values.best) return listBest(client, values, context);
    const runs: RunView[] = [];
    let unsearched = 0;
    for (let cursor: string | undefined; runs.length < limit;) {
      const page = await client.list(modelId, {
        status,
        filter,
        orderBy,
        limit: Math.min(200, limit - runs.length),
        cursor,
      });
      runs.push(...page.runs);
      unsearched = page.unsearched ?? 0;
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    if (values.json) context.terminal.draw(runs.map((run) => JSON.stringify(run)));
    else context.terminal.draw(runLines(runs, context.terminal.layout.width, orderBy));
    noteUnsearched(unsearched, context);
    if (runs.length === 0)
      context.note(
        `${modelId} has no ${status ? `${status} ` : ''}run${filter === undefined ? '' : ' that the filter takes'} at ${client.url}`,
      );
    return EXIT.ok;
  },
);

function noteUnsearched(count: number, context: CommandContext): void {
  if (count === 0) return;
  context.note(
    `${whole(count)} older runs were not looked at: what they are found by is still being made. Ask again in a minute.`,
  );
}

async function listBest(
  client: TrainyardClient,
  { model: modelId, status, limit, json, filter, order }: BestAsked,
  context: CommandContext,
): Promise<number> {
  if (filter !== undefined || order !== undefined)
    throw new UserError(
      'wrong-arguments',
      'write --best, or --filter and --order: --order test_recall_at_100 has the best first',
    );
  if (status !== undefined && status !== 'completed')
    throw new UserError(
      'wrong-arguments',
      `--best is of completed runs, and --status is ${status}: leave one of them out`,
    );
  const { metric, runs, unsearched } = await client.best(modelId, Math.min(200, limit));
  if (json) context.terminal.draw(runs.map((run) => JSON.stringify({ ...run, metric })));
  else if (metric !== null && runs.length > 0)
    context.terminal.draw(
      tableLines(
        [
          ['run', metricTitle(metric, 'test'), 'id'],
          ...runs.map(({ name, value, runId }) => [plain(name), formatMetric(metric, value), runId]),
        ],
        context.terminal.layout.width,
      ),
    );
  noteUnsearched(unsearched ?? 0, context);
  if (runs.length === 0) context.note(`${modelId} has no completed run with a result at ${client.url}`);
  return EXIT.ok;
}

interface BestAsked {
  model: string;
  status: RunStatus | undefined;
  limit: number;
  json: boolean;
  filter: string | undefined;
  order: string | undefined;
}

/**
 * A table: name, status, epochs, the metric that says most of the newest run's model, or besides it the one that they are ordered by,
 * its warnings, when it began, id, title.
 */
export function runLines(runs: readonly RunView[], width: number, orderBy = ''): string[] {
  const [newest] = runs;
  if (!newest) return [];
  const asked = measuredModel(newest.spec);
  const leading = leadingMetric(asked, 'test');
  const ordered = orderedMetric(orderBy, runs, leading);
  const rows = runs.map((run) => [
    plain(run.name),
    run.status,
    `${run.currentEpoch}/${run.totalEpochs}`,
    leadingValue(run, asked),
    ...(ordered === undefined ? [] : [formatMetric(ordered, metricValue(run.latestMetrics, ordered))]),
    run.warnings.length > 0 ? String(run.warnings.length) : '–',
    run.createdAt.slice(0, 19).replace('T', ' '),
    run.runId,
    plain(run.title),
  ]);
  const title = metricTitle(leading ?? '', 'test');
  const table = tableLines(
    [
      [
        'run',
        'status',
        'epochs',
        title,
        ...(ordered === undefined ? [] : [ordered]),
        'warnings',
        'created (UTC)',
        'id',
        'title',
      ],
      ...rows,
    ],
    width,
  );
  return rows.some(([, , , value]) => value?.endsWith(OF_VALIDATION))
    ? [...table, ...wrap(VALIDATION_NOTE, width)]
    : table;
}

/** The metric that runs are ordered by, where it is one that a run has and that has no column anyway. */
function orderedMetric(
  orderBy: string,
  runs: readonly RunView[],
  leading: string | undefined,
): string | undefined {
  const first = orderBy.trim().split(/[\s,]/)[0] ?? '';
  const name = canonicalMetricName(first.replace(/^metrics\./, ''));
  const isThere = runs.some(({ latestMetrics }) => metricValue(latestMetrics, name) !== undefined);
  return isThere && name !== leading ? name : undefined;
}

/** Behind a value of the validation split, in a column that is of the test split. */
const OF_VALIDATION = ' (val)';
const VALIDATION_NOTE =
  '(val): of validation, after the newest epoch; the run has no result on the test split';

function tableLines(table: readonly (readonly string[])[], width: number): string[] {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table.map((row) =>
    truncate(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
      width,
    ),
  );
}

/** On the test split when the run is over, else on the validation split of the newest epoch, which is said. */
function leadingValue({ latestMetrics }: RunView, asked: MeasuredModel): string {
  for (const split of ['test', 'validation'] as const) {
    const name = leadingMetric(asked, split);
    const value = name === undefined ? undefined : metricValue(latestMetrics, name);
    if (name !== undefined && value !== undefined)
      return `${formatMetric(name, value)}${split === 'test' ? '' : OF_VALIDATION}`;
  }
  return '–';
}
