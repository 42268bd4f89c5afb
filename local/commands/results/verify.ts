import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { formatMetric, type Metrics, type RunView } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import { defineCommand, EXIT } from '../command.js';
import { connectionFlags } from '../connect.js';
import {
  expectedFormOf,
  metricsOfReport,
  reportMetricsSchema,
  verifyMetrics,
  type Verified,
} from '../expectedMetrics.js';
import { fileOfModel, ofRunOrFolder } from './runOrFolder.js';

const EVALUATION_FILE = 'evaluation.json';

export const verify = defineCommand(
  {
    name: 'trainyard verify',
    summary: 'Checks that the metrics of a run are as expected.',
    positionals: {
      run: {
        value: 'RUN',
        description:
          'the run’s id, or its name, such as `shop#3`; or a folder of its artifacts here, or the evaluation.json in it',
      },
    },
    flags: {
      against: {
        value: 'FILE',
        description:
          'the expected metrics, JSON: `{"test_recall_at_10": 0.21}`, with a tolerance of its own where one has `{"value": 0.21, "tolerance": 0.01}`, or the evaluation.json of another run',
        schema: z.string(),
      },
      tolerance: {
        value: 'X',
        description: 'how far a metric may be off, as a share of the expected value',
        schema: z
          .string()
          .transform(Number)
          .refine(
            (tolerance) => tolerance >= 0 && Number.isFinite(tolerance),
            'allowed is a number from 0 on, such as 0.05',
          )
          .default(0.05),
      },
      json: { description: 'prints the comparison as JSON' },
      ...connectionFlags,
    },
    examples: [
      'trainyard verify shop#3 --against expected.json',
      'trainyard verify artifacts/model --against expected.json --tolerance 0.01',
    ],
  },
  async (values, context) => {
    const file = resolve(context.cwd, values.against);
    const content = await json(file, '--against');
    const expected = read(expectedFormOf(content), content, `${file} has no expected metrics: ${EXPECTED}`);
    const actual = await ofRunOrFolder(values, context, {
      ofRun: metricsOfRun,
      ofFolder: metricsOfFolder,
    });
    const verified = verifyMetrics(expected, actual, values.tolerance);
    if (verified.length === 0)
      throw new UserError('wrong-arguments', `${file} expects nothing: name a metric and its value in it`);
    const isMet = verified.every((one) => one.isMet);
    context.terminal.draw(
      values.json ? [JSON.stringify({ isMet, metrics: verified })] : report(values.run, verified),
    );
    return isMet ? EXIT.ok : EXIT.failed;
  },
);

function metricsOfRun(run: RunView): Metrics {
  if (run.result) return run.result.metrics;
  throw new UserError(
    'nothing-to-compare',
    `${run.name} is ${run.status} and has no result: there is nothing to compare`,
  );
}

async function metricsOfFolder(path: string): Promise<Metrics> {
  const file = await evaluationFile(path);
  const what = `${file} is no ${EVALUATION_FILE} of a trainer: give a run's id or name, such as shop#3, or the folder that a trainer has written`;
  return metricsOfReport(read(reportMetricsSchema, await json(file, 'RUN'), what));
}

/** The file itself, or that in a folder of artifacts, or in the model's folder below it. */
async function evaluationFile(path: string): Promise<string> {
  const kind = await stat(path).catch(() => undefined);
  if (kind?.isFile()) return path;
  const file = await fileOfModel(path, EVALUATION_FILE);
  if (file !== undefined) return file;
  const missing = kind
    ? `there is no ${EVALUATION_FILE} in the folder ${path}`
    : `there is no file or folder ${path}`;
  throw new UserError(
    'wrong-arguments',
    `${missing}: give a run's id or name, such as shop#3, or the folder that a trainer has written`,
  );
}

async function json(file: string, what: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const why = isMissing ? `there is no file ${file}` : `${file} is not JSON: ${String(cause)}`;
    throw new UserError('wrong-arguments', `${what}: ${why}`, { cause });
  }
}

const EXPECTED = 'write names of metrics with their values, as in {"test_recall_at_10": 0.21}';

function read<T>(schema: z.ZodType<T>, content: unknown, what: string): T {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new UserError('wrong-arguments', `${what}.\n${z.prettifyError(parsed.error)}`, {
    cause: parsed.error,
  });
}

const HEADINGS: readonly string[] = ['metric', 'expected', 'actual', 'difference', ''];

function report(run: string, verified: readonly Verified[]): string[] {
  const rows = verified.map((one) => [
    one.metric,
    formatMetric(one.metric, one.expected),
    formatMetric(one.metric, one.actual ?? undefined),
    differenceOf(one),
    one.isMet
      ? 'as expected'
      : one.actual === null
        ? 'is missing'
        : `off by more than ${percent(one.tolerance)}`,
  ]);
  const table = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, i) => Math.max(...table.map((cells) => cells[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === 0 || i === 4 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const missed = verified.filter(({ isMet }) => !isMet).length;
  const count = `${verified.length} metric${verified.length === 1 ? '' : 's'}`;
  return [
    ...table.map(line),
    '',
    missed === 0 ? `${run}: ${count} as expected` : `${run}: ${missed} of ${count} not as expected`,
  ];
}

function differenceOf({ expected, difference }: Verified): string {
  if (difference === null) return '–';
  const sign = difference < 0 ? '-' : '+';
  if (expected === 0) return `${sign}${Number(Math.abs(difference).toPrecision(3))}`;
  return `${sign}${percent(Math.abs(difference / expected))}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
