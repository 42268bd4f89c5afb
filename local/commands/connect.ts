import { resolve } from 'node:path';
import { TrainyardClient, isRunReference } from '../client/trainyardClient.js';
import { DEFAULT_DIRECTORY, DEFAULT_PORT } from '../config.js';
import { runningHost } from '../host/hostLock.js';
import type { RunView } from '@trainyard/shared';
import type { FlagValues } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import type { CommandContext } from './command.js';

/** The flags of every command that talks to a Trainyard. */
export const connectionFlags = {
  url: {
    value: 'URL',
    description: `the Trainyard to talk to; else TRAINYARD_URL, else the host of this folder, else port ${DEFAULT_PORT} here`,
    schema: z
      .string()
      .regex(/^https?:\/\/[^/]/, `write it with its protocol, such as http://127.0.0.1:${DEFAULT_PORT}`)
      .optional(),
  },
  token: {
    value: 'TOKEN',
    description: 'bearer token; better in TRAINYARD_TOKEN, where no list of processes shows it',
  },
} as const;

/** The client for `--url`, else TRAINYARD_URL, else the host that runs on this folder's data, else the default port. */
export async function connect(
  { url: given, token: givenToken }: FlagValues<typeof connectionFlags>,
  context: CommandContext,
): Promise<TrainyardClient> {
  const here =
    given || context.config.url ? null : await runningHost(resolve(context.cwd, DEFAULT_DIRECTORY));
  const url = given ?? context.config.url ?? here?.url ?? `http://127.0.0.1:${DEFAULT_PORT}`;
  const token = givenToken ?? context.config.token ?? undefined;
  return new TrainyardClient({ url: url.replace(/\/+$/, ''), token });
}

/** True when the Trainyard runs on this machine, so that it sees the same files. */
export function isThisMachine(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}

/** The run of an id or a name, as it is now. */
export async function findRun(client: TrainyardClient, reference: string): Promise<RunView> {
  if (!isRunReference(reference))
    throw new UserError(
      'wrong-arguments',
      `"${reference}" names no run: give its id (20 letters and digits) or its name, MODEL#NUMBER`,
    );
  const run = await client.find(reference);
  if (!run)
    throw new UserError(
      'no-such-run',
      `there is no run ${reference}: "trainyard list MODEL" shows those there are`,
    );
  return run;
}
