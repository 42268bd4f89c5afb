import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { idFeature, splitTimeColumn } from '@trainyard/shared';
import { dataFacts, type DataFacts } from '@trainyard/shared/profile/dataFacts';
import { datasetSchemaSchema, type DatasetSchema } from '@trainyard/shared/profile/datasetSchema';
import type { Inspection } from '@trainyard/shared/profile/inspection';
import { profileSchema, type Profile } from '@trainyard/shared/profile/profile';
import { validationSchema, type Validation } from '@trainyard/shared/profile/validation';
import type { FlagValues } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { isTerminal } from '@trainyard/shared/runs/status';
import type { z } from 'zod';
import { isRunReference, type TrainyardClient } from '../../client/trainyardClient.js';
import { type CommandContext, defineCommand, EXIT } from '../command.js';
import { connect, connectionFlags, findRun } from '../connect.js';
import { inspectFile } from '../init/inspectFile.js';
import { checkLines, profileLines } from './profileLines.js';

interface Shown {
  of: string;
  profile: Profile;
  /** Null of a file, as `validation` is. */
  schema: DatasetSchema | null;
  /** Of columns that hold times, the oldest and the newest in seconds since 1970, where the profile itself does not tell. */
  times: Inspection['times'];
  /** Who, what and when, where a specification says it. */
  facts: DataFacts | null;
  /** Null of a file, of which nobody expects anything. */
  validation: Validation | null;
}

export const profile = defineCommand(
  {
    name: 'trainyard profile',
    summary:
      'Shows the data of a run, or of a file: columns, types, frequent values, times, expectations, drift.',
    positionals: {
      of: {
        value: 'RUN|FILE',
        description: 'the run’s id, or its name, such as `shop#3`; or a file of rows here',
      },
    },
    flags: {
      json: {
        description:
          'prints the profile, the schema, and what became of the expectations and of drift as JSON',
      },
      ...connectionFlags,
    },
    examples: [
      'trainyard profile shop#3',
      'trainyard profile purchases.csv',
      'trainyard profile shop#3 --json',
    ],
  },
  async (values, context) => {
    const { of, profile: found, schema, times, facts, validation } = await profileOf(values, context);
    context.terminal.draw(
      values.json
        ? [JSON.stringify({ profile: found, schema, validation })]
        : [
            ...profileLines({ of, profile: found, facts, times }, context.terminal.layout),
            ...(validation ? checkLines(validation, context.terminal.layout) : []),
          ],
    );
    return EXIT.ok;
  },
);

async function profileOf(
  values: FlagValues<typeof connectionFlags> & { of: string },
  context: CommandContext,
): Promise<Shown> {
  if (isRunReference(values.of)) return profileOfRun(await connect(values, context), values.of);
  const file = resolve(context.cwd, values.of);
  await access(file).catch((cause: unknown) => {
    throw new UserError(
      'wrong-arguments',
      `"${values.of}" names no run and no file here: give a run's id or name, such as shop#3, or a file of rows`,
      { cause },
    );
  });
  const { profile: found, times, isWhole } = await inspectFile(file, context);
  if (!isWhole) context.note(`only the first ${found.rows} rows of ${values.of} were read`);
  return { of: values.of, profile: found, schema: null, times, facts: null, validation: null };
}

async function profileOfRun(client: TrainyardClient, reference: string): Promise<Shown> {
  const run = await findRun(client, reference);
  if (!isTerminal(run.status))
    throw new UserError(
      'refused',
      `${run.name} is ${run.status}: the profile of its data can be read once it has ended`,
    );
  const [found, schema, validation] = await Promise.all([
    artifactOf(client, run.runId, 'data/profile.json', profileSchema),
    artifactOf(client, run.runId, 'data/schema.json', datasetSchemaSchema),
    artifactOf(client, run.runId, 'data/validation.json', validationSchema),
  ]);
  const facts = dataFacts(found, {
    user: idFeature(run.spec.features.query).column,
    item: idFeature(run.spec.features.candidate).column,
    time: splitTimeColumn(run.spec.dataset.split),
  });
  return { of: run.name, profile: found, schema, times: {}, facts, validation };
}

async function artifactOf<T>(
  client: TrainyardClient,
  runId: string,
  path: string,
  schema: z.ZodType<T>,
): Promise<T> {
  const parsed = schema.safeParse(await (await client.artifact(runId, path)).json());
  if (parsed.success) return parsed.data;
  throw new UserError(
    'foreign-answer',
    `${path} of run ${runId} has a form that this version does not read`,
    { cause: parsed.error },
  );
}
