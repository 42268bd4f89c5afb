/** Shows a sweep as it is, or as it goes on until it is over. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { EXIT, type CommandContext } from '../command.js';
import type { SweepAsked } from './actions.js';
import { nextLines } from './change.js';
import { sweepFileOf } from '@trainyard/functions/sweeps/report/sweepFile';
import type { TrainyardClient } from '../../client/trainyardClient.js';
import { outcomeLines, writeOutcome } from './outcome.js';
import { headLine, progressLine, roomOf, trialLine } from './trialTable.js';
import { readSweep, watchSweep, type Seen } from './watchSweep.js';
import { finalLines } from './worth.js';

/** The table of a sweep, until it is over or nothing of it runs; then what was found. */
export async function watchUntilOver(
  { client, values, context }: SweepAsked,
  sweepId: string,
): Promise<number> {
  const { terminal, interrupted } = context;
  const seen = await watchSweep(client, sweepId, { terminal, isQuiet: values.json, signal: interrupted });
  if (interrupted.aborted) {
    context.note(
      `sweep ${sweepId} goes on: trainyard sweep watch ${sweepId} looks again, trainyard sweep cancel ${sweepId} ends it`,
    );
    return EXIT.interrupted;
  }
  const folder = resolve(context.cwd, values.out ?? join('sweeps', sweepId));
  await conclude(client, seen, { folder, json: values.json, next: nextLines(seen.sweep) }, context);
  return exitCodeOf(seen);
}

/** As of a run that was watched: 1 where it was cancelled or came to nothing. */
export function exitCodeOf({ sweep: { status, best } }: Seen): number {
  return status === 'cancelled' || (status === 'completed' && best === null) ? EXIT.failed : EXIT.ok;
}

export async function show({ client, values, context }: SweepAsked, sweepId: string): Promise<number> {
  const { terminal } = context;
  const seen = await readSweep(client, sweepId);
  const { sweep, trials } = seen;
  if (!values.json)
    terminal.draw([
      headLine(sweep),
      ...trials.map((trial) => trialLine(trial, sweep, roomOf(terminal))),
      progressLine(sweep),
    ]);
  const next = [...(await finalLines(client, sweep, terminal.layout)), ...nextLines(sweep)];
  const folder = values.out === undefined ? undefined : resolve(context.cwd, values.out);
  await conclude(client, seen, { folder, json: values.json, next }, context);
  return EXIT.ok;
}

interface Conclusion {
  /** Where files go; none unless given. */
  folder: string | undefined;
  json: boolean;
  /** What one may do next. */
  next: readonly string[];
}

/** Says what was found, and writes it where a folder is given. */
export async function conclude(
  client: TrainyardClient,
  { sweep, trials }: Seen,
  { folder, json, next }: Conclusion,
  context: Pick<CommandContext, 'terminal' | 'note'>,
): Promise<void> {
  const file = sweepFileOf(sweep, trials);
  const names = folder === undefined ? [] : await written(client, { sweep, trials }, folder, context);
  context.terminal.draw(
    json
      ? [JSON.stringify(file)]
      : [
          ...outcomeLines(sweep, file, context.terminal.layout.width),
          ...(names.length > 0 ? [`  ${names.join(', ')} are in ${folder}`] : []),
          ...(next.length > 0 ? ['', ...next] : []),
        ],
  );
}

/** Writes what was found, as it is now; returns the names of the files. */
async function written(
  client: TrainyardClient,
  { sweep, trials }: Seen,
  folder: string,
  context: Pick<CommandContext, 'note'>,
): Promise<string[]> {
  const report = await reportOf(client, sweep, context);
  return writeOutcome(sweep, { file: sweepFileOf(sweep, trials), report }, folder);
}

/** What was written of the sweep before says nothing of what came since: it is written again, or where it is asked for. */
export async function writtenAgain(
  { client, values, context }: SweepAsked,
  sweepId: string,
): Promise<string[]> {
  const folder = resolve(context.cwd, values.out ?? join('sweeps', sweepId));
  if (values.out === undefined && !existsSync(join(folder, 'sweep.json'))) return [];
  const names = await written(client, await readSweep(client, sweepId), folder, context);
  return [`  ${names.join(', ')} are in ${folder}, with what the training came to`];
}

/** Undefined where there is none, as of a server that is older than reports: what was found is written all the same. */
async function reportOf(
  client: TrainyardClient,
  { sweepId }: Seen['sweep'],
  context: Pick<CommandContext, 'note'>,
): Promise<string | undefined> {
  try {
    return await client.sweepReport(sweepId);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    context.note(
      `report.html is not written, for the server gave no report of sweep ${sweepId}: ${error.message}. An older Trainyard has none: bring it up to this version, then trainyard sweep show ${sweepId} --out DIR writes it`,
    );
    return undefined;
  }
}
