import { type MlflowSettings, mlflowUriSchema } from '@trainyard/functions/mlflow/settings';
import { MlflowError, MlflowServer } from '@trainyard/functions/mlflow/server';
import type { RunView } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import type { TrainyardClient } from '../../client/trainyardClient.js';
import { exportRuns, type Exported } from '../../takeAway/mlflow/exportRuns.js';
import { type CommandContext, defineCommand, EXIT, modelArgument } from '../command.js';
import { connect, connectionFlags, findRun } from '../connect.js';

export const exportMlflow = defineCommand(
  {
    name: 'trainyard export mlflow',
    summary:
      'Writes runs that have ended to an MLflow tracking server: those that are named, those of a model, or all.',
    positionals: {
      runs: {
        value: 'RUN',
        description: 'the runs’ ids, or their names, such as `shop#3`',
        multiple: true,
        schema: z.array(z.string()).default([]),
      },
    },
    flags: {
      model: {
        value: 'ID',
        description: 'all runs of this model',
        schema: modelArgument.optional(),
      },
      to: {
        value: 'URI',
        description: 'the MLflow tracking server; else TRAINYARD_MLFLOW_URI',
        schema: mlflowUriSchema.optional(),
      },
      json: { description: 'prints JSON, a run per line' },
      ...connectionFlags,
    },
    examples: [
      'trainyard export mlflow shop#3 shop#4 --to http://127.0.0.1:5000',
      'trainyard export mlflow --model shop --to https://mlflow.shop.example',
    ],
    notes: [
      'It may be interrupted and run again: what MLflow has already is not written twice.',
      'TRAINYARD_MLFLOW_TOKEN, or TRAINYARD_MLFLOW_USERNAME and TRAINYARD_MLFLOW_PASSWORD, let it write there; TRAINYARD_MLFLOW_EXPERIMENT names the experiment.',
    ],
  },
  async (values, context) => {
    if (values.runs.length > 0 && values.model !== undefined)
      throw new UserError(
        'wrong-arguments',
        `--model is ${values.model}, and runs are named too: leave one of them out`,
      );
    const settings = settingsOf(values.to, context);
    const client = await connect(values, context);
    const runs = await runsOf(client, values);
    if (runs.length === 0) context.note(`there is no run at ${client.url} to be written`);
    const done: Exported[] = [];
    const tell = progress(runs.length, context);
    const onExported = (exported: Exported) => {
      done.push(exported);
      if (values.json) context.terminal.draw([JSON.stringify(lineOf(exported))]);
      tell(exported);
    };
    const { uri, credentials } = settings;
    const { interrupted: signal } = context;
    const server = new MlflowServer({ uri, credentials, signal });
    const runUrl = context.config.notifications.runUrl;
    try {
      await exportRuns({ client, server, settings, runUrl, signal, onExported }, runs);
    } catch (error) {
      const soFar = `${done.length} of ${runs.length} runs were looked at: run the command again, it goes on where it stopped`;
      if (signal.aborted) {
        context.note(`stopped: ${soFar}`);
        return EXIT.interrupted;
      }
      throw asUserError(error, soFar);
    }
    if (!values.json) context.terminal.draw(summaryOf(done, uri));
    return done.some(({ end }) => end === 'leftOut') ? EXIT.failed : EXIT.ok;
  },
);

function settingsOf(to: string | undefined, { config }: CommandContext): MlflowSettings {
  const uri = to ?? config.mlflow?.uri;
  if (uri === undefined)
    throw new UserError(
      'wrong-arguments',
      'no MLflow server is named: write --to URI, or set TRAINYARD_MLFLOW_URI',
    );
  return config.mlflowAt(uri);
}

/** The oldest first, as they came. */
async function runsOf(
  client: TrainyardClient,
  { runs, model }: { runs: readonly string[]; model: string | undefined },
): Promise<RunView[]> {
  if (runs.length > 0) {
    const found: RunView[] = [];
    for (const reference of runs) found.push(await findRun(client, reference));
    return found;
  }
  // A model that is not there has no runs, and that would read like success.
  const models = model === undefined ? [] : [(await client.model(model)).modelId];
  if (model === undefined) for await (const { modelId } of client.models()) models.push(modelId);
  const all: RunView[] = [];
  for (const modelId of models) {
    const ofModel: RunView[] = [];
    for await (const run of client.runs(modelId)) ofModel.push(run);
    all.push(...ofModel.toReversed());
  }
  return all;
}

const WORDS: Readonly<Record<Exported['end'], string>> = {
  new: 'written',
  more: 'completed',
  unchanged: 'was there',
  leftOut: 'left out',
};
const TELL_MS = 1_000;

/** Tells of how far it is once a second, and at the last run. */
function progress(count: number, context: Pick<CommandContext, 'note'>): (exported: Exported) => void {
  let [done, told] = [0, Date.now()];
  return ({ run, end }) => {
    done += 1;
    if (Date.now() - told < TELL_MS || done === count) return;
    told = Date.now();
    context.note(`${done} of ${count} runs: ${run.name} ${WORDS[end]}`);
  };
}

function lineOf({ run, end, url, points, reasons }: Exported) {
  return { run: run.name, runId: run.runId, end, url, points, leftOut: reasons };
}

/** So many names stand beside a reason; the others are counted. */
const MOST_NAMES = 5;

function summaryOf(done: readonly Exported[], uri: string): string[] {
  const count = (...ends: Exported['end'][]) => done.filter(({ end }) => ends.includes(end)).length;
  const points = done.reduce((sum, each) => sum + each.points, 0);
  const byReason = new Map<string, string[]>();
  for (const { run, reasons } of done)
    for (const reason of reasons) byReason.set(reason, [...(byReason.get(reason) ?? []), run.name]);
  const counts = [
    `${count('new')} written`,
    `${count('more')} completed`,
    `${count('unchanged')} were there already`,
    `${count('leftOut')} left out`,
  ].filter((part) => !part.startsWith('0 '));
  const first = done.length === 1 ? done[0]?.url : null;
  return [
    `${done.length} ${done.length === 1 ? 'run' : 'runs'} to ${uri}: ${counts.join(', ') || 'nothing to do'}; ${points} points of metrics were sent`,
    ...(first ? [`  ${first}`] : []),
    ...[...byReason].map(([reason, names]) => {
      const rest = names.length - MOST_NAMES;
      return `  left out of ${names.slice(0, MOST_NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}: ${reason}`;
    }),
  ];
}

function asUserError(cause: unknown, soFar: string): unknown {
  if (cause instanceof UserError) return new UserError(cause.code, `${cause.message}\n${soFar}`, { cause });
  if (!(cause instanceof MlflowError)) return cause;
  const code =
    cause.status === null
      ? 'unreachable'
      : cause.isTransient
        ? 'unavailable'
        : cause.isUnauthorized
          ? 'refused'
          : 'foreign-answer';
  return new UserError(code, `${cause.message}\n${soFar}`, { cause });
}
