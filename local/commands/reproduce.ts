import { isTerminal, type RunView } from '@trainyard/shared';
import type { TrainyardClient } from '../client/trainyardClient.js';
import { wholeNumber } from '@trainyard/shared/commandLine/flags';
import { z } from 'zod';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { type CommandContext, defineCommand, EXIT, runArgument } from './command.js';
import { connect, connectionFlags, findRun } from './connect.js';
import { compareRuns, type Reproducibility, type RunMetrics } from './reproducibility.js';

const SUFFIX = '-reproduce';

export const reproduce = defineCommand(
  {
    name: 'trainyard reproduce',
    summary: 'Trains a run’s specification several times over and compares the numbers.',
    positionals: { run: runArgument },
    flags: {
      runs: {
        short: 'n',
        value: 'N',
        description: 'how often it is trained',
        schema: wholeNumber(2, 20).default(3),
      },
      tolerance: {
        value: 'X',
        description: 'what the standard deviation of every metric stays below',
        schema: z
          .string()
          .transform(Number)
          .refine(
            (tolerance) => tolerance > 0 && Number.isFinite(tolerance),
            'allowed is a number above 0, such as 1e-5',
          )
          .default(1e-5),
      },
      json: { description: 'prints the comparison as JSON' },
      ...connectionFlags,
    },
    examples: ['trainyard reproduce shop#3', 'trainyard reproduce shop#3 --runs 5 --tolerance 1e-6'],
  },
  async (values, context) => {
    const { runs: count, tolerance } = values;
    const client = await connect(values, context);
    const original = await findRun(client, values.run);
    const runs: RunView[] = [];
    while (runs.length < count)
      runs.push(await trainAgain(client, original, runs.length + 1, count, context));
    const metrics = await Promise.all(runs.map((run) => metricsOf(client, run)));
    const compared = compareRuns(metrics, tolerance);
    const backends = new Set(runs.map(({ result }) => result?.backend));
    if (values.json) {
      context.terminal.draw([
        JSON.stringify({
          runs: runs.map(({ name }) => name),
          backends: [...backends],
          tolerance,
          ...compared,
        }),
      ]);
    } else {
      context.terminal.draw(report(compared, tolerance, count, [...backends].join(', ')));
      context.terminal.draw(await comparisonWithOriginal(client, original, metrics[0], tolerance));
    }
    return compared.isReproducible ? EXIT.ok : EXIT.failed;
  },
);

/** Runs of a model of their own: neither the versions nor the numbers of the original's model change. */
async function trainAgain(
  client: TrainyardClient,
  original: RunView,
  number: number,
  count: number,
  context: CommandContext,
): Promise<RunView> {
  const modelId = `${original.modelId.slice(0, 63 - SUFFIX.length)}${SUFFIX}`;
  const started = await client.start(modelId, {
    ...original.spec,
    tags: { ...original.spec.tags, reproduces: original.runId },
  });
  context.note(`${started.name}: ${number} of ${count} …`);
  for await (const event of client.follow(started.runId, { signal: context.interrupted })) {
    if (event.event === 'run' && isTerminal(event.data.status)) break;
  }
  const ended = await client.get(started.runId);
  if (ended.status === 'completed') return ended;
  throw new UserError(
    'nothing-to-compare',
    `${ended.name} ${ended.status}: ${ended.error?.message ?? 'without saying why'}; there is nothing to compare`,
  );
}

async function metricsOf(client: TrainyardClient, run: RunView): Promise<RunMetrics> {
  const epochs = await client.metrics(run.runId);
  return {
    name: run.name,
    epochs: epochs.toSorted((a, b) => a.epoch - b.epoch).map(({ metrics }) => metrics),
    result: run.result?.metrics ?? {},
  };
}

function report(compared: Reproducibility, tolerance: number, count: number, backend: string): string[] {
  const { isReproducible, mismatches, spreads } = compared;
  const width = Math.max(24, ...spreads.map(({ metric }) => metric.length));
  return [
    `${count} runs on ${backend}: ${isReproducible ? 'reproducible' : 'NOT reproducible'} within ${tolerance}`,
    ...mismatches.map((mismatch) => `  ${mismatch}`),
    ...spreads.map(
      ({ metric, deviation, difference, epoch }) =>
        `  ${deviation < tolerance ? '✓' : '✗'} ${metric.padEnd(width)} deviation ${deviation.toExponential(1)}` +
        `  largest difference ${difference.toExponential(1)}  ${epoch === null ? 'result' : `epoch ${epoch}`}`,
    ),
  ];
}

/** It says nothing of determinism: data, machine and version may have changed since. */
async function comparisonWithOriginal(
  client: TrainyardClient,
  original: RunView,
  again: RunMetrics | undefined,
  tolerance: number,
): Promise<string[]> {
  if (original.status !== 'completed' || !again) return [];
  const compared = compareRuns([await metricsOf(client, original), again], tolerance);
  return [
    compared.isReproducible
      ? `${original.name} itself gave the same numbers`
      : `${original.name} itself gave other numbers: its data, machine or version may have been others`,
  ];
}
