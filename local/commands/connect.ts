import { resolve } from 'node:path';
import { TrainyardClient, isRunReference } from '../client/trainyardClient.js';
import { DEFAULT_DIRECTORY, DEFAULT_PORT } from '../config.js';
import { runningHost } from '../host/hostLock.js';
import type { RunView } from '@trainyard/shared';
import { CommandError, stringValue, UsageError, type Values, type World } from './command.js';

/** The options of every command that talks to a Trainyard. */
export const connectionOptions = {
  url: {
    type: 'string',
    value: 'URL',
    help: `the Trainyard to talk to; else TRAINYARD_URL, else the host of this folder, else port ${DEFAULT_PORT} here`,
  },
  token: {
    type: 'string',
    value: 'TOKEN',
    help: 'bearer token; better in TRAINYARD_TOKEN, where no list of processes shows it',
  },
} as const;

/** The client for `--url`, else TRAINYARD_URL, else the host that runs on this folder's data, else the default port. */
export async function connect(values: Values, world: World): Promise<TrainyardClient> {
  const given = stringValue(values, 'url');
  if (given !== undefined && !/^https?:\/\/[^/]/.test(given))
    throw new UsageError(
      `--url is "${given}"; write it with its protocol, such as http://127.0.0.1:${DEFAULT_PORT}`,
    );
  const here = given || world.config.url ? null : await runningHost(resolve(world.cwd, DEFAULT_DIRECTORY));
  const url = given ?? world.config.url ?? here?.url ?? `http://127.0.0.1:${DEFAULT_PORT}`;
  const token = stringValue(values, 'token') ?? world.config.token ?? undefined;
  return new TrainyardClient({ url: url.replace(/\/+$/, ''), token });
}

/** True when the Trainyard runs on this machine, so that it sees the same files. */
export function isThisMachine(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}

/** The run of an id or a name, as it is now. */
export async function findRun(client: TrainyardClient, reference: string): Promise<RunView> {
  if (!isRunReference(reference))
    throw new UsageError(
      `"${reference}" names no run: give its id (20 letters and digits) or its name, MODEL#NUMBER`,
    );
  const run = await client.find(reference);
  if (!run)
    throw new CommandError(`there is no run ${reference}: "trainyard list MODEL" shows those there are`);
  return run;
}
