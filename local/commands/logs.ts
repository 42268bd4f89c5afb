import { isTerminal, type RunView } from '@trainyard/shared';
import { setTimeout as pause } from 'node:timers/promises';
import type { LogPage, TrainyardClient } from '../client/trainyardClient.js';
import { plain } from '../watch/layout.js';
import { type CommandContext, defineCommand, EXIT, runArgument } from './command.js';
import { connect, connectionFlags, findRun } from './connect.js';

const FOLLOW_MS = 1_000;

export const logs = defineCommand(
  {
    name: 'trainyard logs',
    summary: "Prints a run's log.",
    positionals: { run: runArgument },
    flags: {
      follow: { short: 'f', description: 'goes on until the run is over' },
      json: { description: 'prints JSON, a line of the log per line' },
      ...connectionFlags,
    },
    examples: ['trainyard logs shop#3', 'trainyard logs shop#3 --follow | grep warn'],
  },
  async (values, context) => {
    const client = await connect(values, context);
    const run = await findRun(client, values.run);
    try {
      await printLogs(client, run, values, context);
      return EXIT.ok;
    } catch (error) {
      if (context.interrupted.aborted) return EXIT.interrupted;
      throw error;
    }
  },
);

/** Page by page, from where the last one ended; with `follow` until the run is over and all of it is printed. */
async function printLogs(
  client: TrainyardClient,
  run: RunView,
  { follow, json }: { follow: boolean; json: boolean },
  context: CommandContext,
): Promise<void> {
  let cursor: string | undefined;
  for (;;) {
    // Asked before the page: what was logged before the end is in the page that comes after it.
    const isOver = !follow || isTerminal((await client.get(run.runId)).status);
    for (;;) {
      const page = await client.logs(run.runId, { cursor });
      context.terminal.draw(page.lines.map((line) => (json ? JSON.stringify(line) : logLine(line))));
      cursor = page.endCursor ?? cursor;
      if (page.nextCursor === null) break;
    }
    if (isOver) return;
    await pause(FOLLOW_MS, undefined, { signal: context.interrupted });
  }
}

function logLine({ at, level, stage, attempt, message, fields }: LogPage['lines'][number]): string {
  const where = `${attempt > 1 ? `attempt ${attempt} ` : ''}${stage ?? 'trainer'}`;
  const more = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  return plain(`${at} ${level.padEnd(5)} ${where}: ${message}${more.join('')}`);
}
