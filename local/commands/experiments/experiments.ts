import { experimentTextSchemas, metricValue } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { pairs } from '@trainyard/shared/commandLine/flags';
import type { TrainyardClient } from '../../client/trainyardClient.js';
import { type CommandContext, defineCommand, EXIT, experimentArgument, modelArgument } from '../command.js';
import { connect, connectionFlags } from '../connect.js';
import { tagSchema } from '../specFile.js';
import { experimentLines, listLines, type ShownExperiment } from './experimentLines.js';

/** The best runs of an experiment that are shown. */
const MOST_RUNS = 5;

export const experiments = defineCommand(
  {
    name: 'trainyard experiments',
    summary: 'Lists the experiments of a model, or shows one with its best runs, or says what it is for.',
    positionals: {
      model: { value: 'MODEL', description: 'the id of the model', schema: modelArgument },
      experiment: {
        value: 'EXPERIMENT',
        description: 'the id of the experiment; a list of all unless given',
        schema: experimentArgument.optional(),
      },
    },
    flags: {
      description: {
        value: 'TEXT',
        description: 'says what is tried; makes the experiment where there is none, as all of these do',
        schema: experimentTextSchemas.description.clone().optional(),
      },
      purpose: {
        value: 'TEXT',
        description: 'says what it shall tell',
        schema: experimentTextSchemas.purpose.clone().optional(),
      },
      owner: {
        value: 'NAME',
        description: 'says who answers for it',
        schema: experimentTextSchemas.owner.clone().optional(),
      },
      tag: {
        multiple: true,
        value: 'NAME=VALUE',
        description: 'adds a tag, or changes it; NAME= alone removes it; may be given several times',
        schema: pairs(tagSchema),
      },
      json: { description: 'prints JSON, of a list an experiment per line' },
      ...connectionFlags,
    },
    examples: [
      'trainyard experiments shop',
      'trainyard experiments shop wider-towers',
      "trainyard experiments shop wider-towers --description 'Towers of twice the width' --owner ada --tag team=search",
    ],
  },
  async (values, context) => {
    const { model, experiment: id, description, purpose, owner, tag } = values;
    const client = await connect(values, context);
    const isChanged = [description, purpose, owner].some((text) => text !== undefined) || tag.length > 0;
    if (id === undefined) {
      if (isChanged)
        throw new UserError(
          'wrong-arguments',
          `name the experiment: trainyard experiments ${model} EXPERIMENT`,
        );
      return list(client, model, values.json, context);
    }
    if (isChanged) {
      const tags = tag.length > 0 ? { tags: await changedTags(client, model, id, tag) } : {};
      await client.saveExperiment(model, { id, description, purpose, owner, ...tags });
    }
    const shown = await read(client, model, id);
    context.terminal.draw(
      values.json ? [JSON.stringify(shown)] : experimentLines(shown, context.terminal.layout),
    );
    return EXIT.ok;
  },
);

async function list(
  client: TrainyardClient,
  model: string,
  json: boolean,
  context: CommandContext,
): Promise<number> {
  const found = await client.experiments(model);
  const { terminal } = context;
  terminal.draw(json ? found.map((one) => JSON.stringify(one)) : listLines(found, terminal.layout));
  if (found.length === 0)
    context.note(
      `${model} has no experiment at ${client.url}: trainyard start --experiment ID puts a run into one, and makes it`,
    );
  return EXIT.ok;
}

/** Tags are sent as a whole: the others stay as they are. */
async function changedTags(
  client: TrainyardClient,
  model: string,
  id: string,
  given: readonly (readonly [string, string])[],
): Promise<Record<string, string>> {
  const known = (await client.experiments(model)).find(({ experimentId }) => experimentId === id);
  const tags = new Map(Object.entries(known?.tags ?? {}));
  for (const [name, value] of given) {
    if (value === '') tags.delete(name);
    else tags.set(name, value);
  }
  return Object.fromEntries(tags);
}

/** The experiment with its best runs by the primary metric of the model, and the newest where none has a result. */
async function read(client: TrainyardClient, model: string, id: string): Promise<ShownExperiment> {
  const experiment = await client.experiment(model, id);
  const filter = `experiment = "${id}"`;
  const newest = (await client.list(model, { filter, limit: 1 })).runs[0];
  if (!newest) return { experiment, metric: null, runs: [] };
  const { metric } = await client.best(model, 1);
  const best =
    metric === null
      ? []
      : (
          await client.list(model, {
            filter: `${filter} and status = "completed"`,
            orderBy: metric,
            limit: MOST_RUNS,
          })
        ).runs;
  const shown = best.length > 0 ? best : [newest];
  return {
    experiment,
    metric,
    runs: shown.map(({ runId, name, title, status, createdAt, latestMetrics }) => {
      const value = metric === null ? undefined : metricValue(latestMetrics, metric);
      return { runId, name, title, status, createdAt, value: value ?? null };
    }),
  };
}
