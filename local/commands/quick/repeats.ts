import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { formatMetric, repeatCountSchema, type RepeatsView } from '@trainyard/shared';
import { wholeNumber } from '@trainyard/shared/commandLine/flags';
import { asFile, barPicture } from '@trainyard/shared/page/pictures';
import { plain, wrap } from '../../watch/layout.js';
import { type CommandContext, defineCommand, EXIT, runArgument } from '../command.js';
import { connect, connectionFlags, findRun } from '../connect.js';
import type { TrainyardClient } from '../../client/trainyardClient.js';
import { writeNamed } from '../../cannotWrite.js';

const POLL_MS = 1_000;

export const repeats = defineCommand(
  {
    name: 'trainyard repeats',
    summary: 'Shows how far the metrics of a run depend on its seed, or has it repeated with others.',
    positionals: { run: runArgument },
    flags: {
      count: {
        value: 'N',
        description: 'has the run repeated so many times, with seeds from 1 to 1000; only shows unless given',
        schema: wholeNumber(2, repeatCountSchema.maxValue ?? 100).optional(),
      },
      parallel: {
        value: 'N',
        description: 'with --count: how many are under way at a time',
        schema: wholeNumber(1, 100).default(4),
      },
      watch: { short: 'w', description: 'waits until all repetitions are over' },
      out: { value: 'DIR', description: 'writes repeats.json and seed_sensitivity.svg there' },
      json: { description: 'prints JSON instead of a table' },
      ...connectionFlags,
    },
    examples: [
      'trainyard repeats shop#3 --count 10 --watch',
      'trainyard repeats shop#3',
      'trainyard repeats shop#3 --out sensitivity',
    ],
  },
  async (values, context) => {
    const client = await connect(values, context);
    const run = await findRun(client, values.run);
    const { count, parallel: maxParallel } = values;
    let view =
      count === undefined
        ? await client.repeats(run.runId)
        : await client.repeat(run.runId, { count, maxParallel });
    if (values.watch) view = await waited(client, view, context);
    if (context.interrupted.aborted) return EXIT.interrupted;
    if (values.json) context.terminal.draw([JSON.stringify(view, null, 2)]);
    else context.terminal.draw(repeatLines(run.name, view, context.terminal.layout.width));
    if (values.out !== undefined) await write(view, run.name, resolve(context.cwd, values.out), context);
    return EXIT.ok;
  },
);

/** Until all are over, or none is started any more. */
async function waited(
  client: TrainyardClient,
  first: RepeatsView,
  { terminal, interrupted }: CommandContext,
): Promise<RepeatsView> {
  let view = first;
  while (!isOver(view) && !interrupted.aborted) {
    terminal.draw([], [`  ${view.ended} of ${view.count} repetitions are over`]);
    await pause(POLL_MS, undefined, { signal: interrupted }).catch(() => undefined);
    view = await client.repeats(view.runId);
  }
  terminal.draw([], []);
  return view;
}

function isOver({ count, ended, refusal, repetitions }: RepeatsView): boolean {
  return refusal === null ? ended >= count : ended === repetitions.length;
}

function repeatLines(name: string, view: RepeatsView, width: number): string[] {
  const { count, ended, completed, refusal, sensitivity } = view;
  const run = plain(name);
  if (count === 0) return [`${run} was not repeated: trainyard repeats ${run} --count 10 does`];
  const failed = ended - completed;
  const head = [
    `${run}: ${ended} of ${count} repetitions are over${failed > 0 ? `, ${failed} of them without a result` : ''}`,
    ...(refusal === null ? [] : wrap(`no more are started: ${refusal}`, width, '  ')),
  ];
  if (!sensitivity) return [...head, '  two must be completed before anything can be told'];
  const { metrics, mostSensitive, leastSensitive, overallSensitivity } = sensitivity;
  const longest = Math.max(...metrics.map(({ metric }) => metric.length), 6);
  const row = (cells: readonly string[]) =>
    `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(longest) : cell.padStart(10))).join(' ')}`;
  return [
    ...head,
    '',
    row(['metric', 'mean', 'std', 'range', 'cv', 'range/mean']),
    ...metrics.map(({ metric, mean, std, range, coefficientOfVariation, relativeRange }) =>
      row([
        metric,
        formatMetric(metric, mean),
        short(std),
        short(range),
        percent(coefficientOfVariation),
        percent(relativeRange),
      ]),
    ),
    '',
    ...wrap(`most sensitive: ${mostSensitive.join(', ')}`, width, '  '),
    ...wrap(`least sensitive: ${leastSensitive.join(', ')}`, width, '  '),
    ...wrap(
      `overall sensitivity ${percent(overallSensitivity)}: the mean of the coefficients of variation (cv), of metrics of which more or less is better, as those named above`,
      width,
      '  ',
    ),
  ];
}

const short = (value: number) => String(Number(value.toPrecision(3)));
const percent = (share: number | null) => (share === null ? '–' : `${short(share * 100)} %`);

async function write(
  view: RepeatsView,
  name: string,
  folder: string,
  context: CommandContext,
): Promise<void> {
  const files: Record<string, string> = {
    'repeats.json': `${JSON.stringify(view, null, 2)}\n`,
    ...(view.sensitivity && { 'seed_sensitivity.svg': sensitivityPicture(name, view.sensitivity) }),
  };
  await writeNamed(files, folder, '--out');
  context.terminal.draw([`  ${Object.keys(files).join(' and ')} are in ${folder}`]);
}

function sensitivityPicture(name: string, { metrics }: NonNullable<RepeatsView['sensitivity']>): string {
  // A mean of 0 has no share: its place says so, without a bar.
  const bars = metrics.map(({ metric, coefficientOfVariation: value }) => ({
    label: metric,
    value: value ?? 0,
    text: value === null ? 'mean 0' : percent(value),
  }));
  return asFile(barPicture(`${name}: coefficient of variation over seeds`, bars));
}
