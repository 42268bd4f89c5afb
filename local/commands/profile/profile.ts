import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { profileSchema, type Profile } from '@trainyard/shared/profile/profile';
import type { FlagValues } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import { isRunReference, type TrainyardClient } from '../../client/trainyardClient.js';
import { type CommandContext, defineCommand, EXIT } from '../command.js';
import { connect, connectionFlags, findRun } from '../connect.js';
import { inspectFile } from '../init/inspectFile.js';
import { checkLines, profileLines } from './profileLines.js';

/** What became of the expectations, as the trainer writes it; what else it has there is for the page of the data. */
const validationSchema = z.object({
  passed: z.boolean(),
  reference: z.string(),
  findings: z.array(
    z.object({
      outcome: z.enum(['met', 'violated', 'notChecked']),
      severity: z.enum(['error', 'warning']),
      message: z.string(),
    }),
  ),
  warnings: z.array(z.string()),
});
export type Validation = z.infer<typeof validationSchema>;

interface Shown {
  of: string;
  profile: Profile;
  /** Null of a file, of which nobody expects anything. */
  validation: Validation | null;
}

export const profile = defineCommand(
  {
    name: 'trainyard profile',
    summary: 'Shows the data of a run, or of a file: columns, types, frequent values, times, expectations.',
    positionals: {
      of: {
        value: 'RUN|FILE',
        description: 'the run’s id, or its name, such as `shop#3`; or a file of rows here',
      },
    },
    flags: {
      json: { description: 'prints the profile and what became of the expectations as JSON' },
      ...connectionFlags,
    },
    examples: [
      'trainyard profile shop#3',
      'trainyard profile purchases.csv',
      'trainyard profile shop#3 --json',
    ],
  },
  async (values, context) => {
    const { of, profile: found, validation } = await profileOf(values, context);
    context.terminal.draw(
      values.json
        ? [JSON.stringify({ profile: found, validation })]
        : [
            ...profileLines(of, found, context.terminal.layout),
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
  const { profile: found, isWhole } = await inspectFile(file, context);
  if (!isWhole) context.note(`only the first ${found.rows} rows of ${values.of} were read`);
  return { of: values.of, profile: found, validation: null };
}

async function profileOfRun(client: TrainyardClient, reference: string): Promise<Shown> {
  const run = await findRun(client, reference);
  if (run.status !== 'completed')
    throw new UserError(
      'refused',
      `${run.name} is ${run.status}: the profile of its data comes with the artifacts of a completed run`,
    );
  const [found, validation] = await Promise.all([
    artifactOf(client, run.runId, 'data/profile.json', profileSchema),
    artifactOf(client, run.runId, 'data/validation.json', validationSchema),
  ]);
  return { of: run.name, profile: found, validation };
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
