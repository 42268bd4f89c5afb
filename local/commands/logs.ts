import { isTerminal, type RunView } from '@trainyard/shared';
import { setTimeout as pause } from 'node:timers/promises';
import type { LogPage, TrainyardClient } from '../client/trainyardClient.js';
import { plain } from '../watch/layout.js';
import { type Command, EXIT, type World } from './command.js';
import { connect, connectionOptions, findRun } from './connect.js';

const FOLLOW_MS = 1_000;

export const logs: Command = {
  summary: "Prints a run's log.",
  usage: 'RUN [--follow]',
  options: {
    follow: { type: 'boolean', short: 'f', help: 'goes on until the run is over' },
    ...connectionOptions,
  },
  examples: ['trainyard logs shop#3', 'trainyard logs shop#3 --follow | grep warn'],
  positionals: { least: 1, most: 1 },
  async run({ values, positionals: [reference = ''] }, world) {
    const client = await connect(values, world);
    const run = await findRun(client, reference);
    try {
      await printLogs(client, run, values['follow'] === true, world);
      return EXIT.ok;
    } catch (error) {
      if (world.interrupted.aborted) return EXIT.interrupted;
      throw error;
    }
  },
};

/** Page by page, from where the last one ended; with `follow` until the run is over and all of it is printed. */
async function printLogs(
  client: TrainyardClient,
  run: RunView,
  follow: boolean,
  world: World,
): Promise<void> {
  let cursor: string | undefined;
  for (;;) {
    // Asked before the page: what was logged before the end is in the page that comes after it.
    const isOver = !follow || isTerminal((await client.get(run.runId)).status);
    for (;;) {
      const page = await client.logs(run.runId, { cursor });
      world.terminal.draw(page.lines.map(logLine));
      cursor = page.nextCursor ?? cursor;
      if (page.lines.length === 0 || page.nextCursor === null) break;
    }
    if (isOver) return;
    await pause(FOLLOW_MS, undefined, { signal: world.interrupted });
  }
}

export function logLine({ at, level, stage, attempt, message, fields }: LogPage['lines'][number]): string {
  const where = `${attempt > 1 ? `attempt ${attempt} ` : ''}${stage ?? 'trainer'}`;
  const more = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  return plain(`${at} ${level.padEnd(5)} ${where}: ${message}${more.join('')}`);
}
