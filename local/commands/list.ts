import { type RunView, runStatusSchema } from '@trainyard/shared';
import { plain, truncate } from '../watch/layout.js';
import { metric } from '../watch/numbers.js';
import { choiceValue, type Command, EXIT, wholeValue } from './command.js';
import { connect, connectionOptions } from './connect.js';
import { modelValue } from './start.js';

export const list: Command = {
  summary: 'Lists the runs of a model, the newest first.',
  usage: 'MODEL [--status STATUS] [--limit N]',
  options: {
    status: { type: 'string', value: 'STATUS', help: runStatusSchema.options.join(', ') },
    limit: { type: 'string', short: 'n', value: 'N', help: 'at most so many, 20 unless given' },
    json: { type: 'boolean', help: 'prints JSON, a run per line' },
    ...connectionOptions,
  },
  examples: ['trainyard list shop', 'trainyard list shop --status failed --limit 5'],
  positionals: { least: 1, most: 1 },
  async run({ values, positionals: [model] }, world) {
    const modelId = modelValue(model);
    const status = choiceValue(values, 'status', runStatusSchema.options);
    const limit = wholeValue(values, 'limit', 1, 10_000) ?? 20;
    const client = await connect(values, world);
    const runs: RunView[] = [];
    for (let cursor: string | undefined; runs.length < limit;) {
      const page = await client.list(modelId, { status, limit: Math.min(200, limit - runs.length), cursor });
      runs.push(...page.runs);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    if (values['json'] === true) world.terminal.draw(runs.map((run) => JSON.stringify(run)));
    else world.terminal.draw(runLines(runs, world.terminal.layout.width));
    if (runs.length === 0) world.note(`${modelId} has no ${status ? `${status} ` : ''}run at ${client.url}`);
    return EXIT.ok;
  },
};

/** A table: name, status, epochs, best recall, when it began, id. */
export function runLines(runs: readonly RunView[], width: number): string[] {
  if (runs.length === 0) return [];
  const rows = runs.map((run) => [
    plain(run.name),
    run.status,
    `${run.currentEpoch}/${run.totalEpochs}`,
    recall(run),
    run.createdAt.slice(0, 19).replace('T', ' '),
    run.runId,
  ]);
  const table = [['run', 'status', 'epochs', `recall@${largestK(runs[0])}`, 'created (UTC)', 'id'], ...rows];
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

function largestK(run: RunView | undefined): number {
  return Math.max(...(run?.spec.evaluation.k ?? [100]));
}

/** On the test split when the run is over, else on the validation split of the newest epoch. */
function recall(run: RunView): string {
  const k = largestK(run);
  return metric(run.latestMetrics[`test_recall_at_${k}`] ?? run.latestMetrics[`recall_at_${k}`]);
}
