import { setTimeout as pause } from 'node:timers/promises';
import type { SweepView, TrialView } from '@trainyard/shared';
import type { TrainyardClient } from '../../client/trainyardClient.js';
import { truncate } from '../../watch/layout.js';
import type { Terminal } from '../../watch/terminal.js';
import { headLine, progressLine, roomOf, trialLine } from './trialTable.js';

const POLL_MS = 1_000;
/** What is drawn over has to fit into a terminal. */
const MOST_LIVE = 15;

export interface Seen {
  sweep: SweepView;
  trials: TrialView[];
}

/** The sweep with all its trials, as they are. */
export async function readSweep(client: TrainyardClient, sweepId: string): Promise<Seen> {
  const [sweep, trials] = [await client.sweep(sweepId), await client.sweepTrials(sweepId)];
  return { sweep, trials };
}

/** Draws a line for each trial, those that run with a bar that grows, until the sweep is over, or paused and none runs. */
export async function watchSweep(
  client: TrainyardClient,
  sweepId: string,
  { terminal, isQuiet = false, signal }: { terminal: Terminal; isQuiet?: boolean; signal: AbortSignal },
): Promise<Seen> {
  const drawn = new Set<number>();
  let isBegun = false;
  for (;;) {
    const seen = await readSweep(client, sweepId);
    const { sweep, trials } = seen;
    const room = roomOf(terminal);
    const news = trials.filter(({ number, state }) => state !== 'running' && !drawn.has(number));
    for (const { number } of news) drawn.add(number);
    const isOver = sweep.endedAt !== null || (sweep.status === 'paused' && sweep.trials.running === 0);
    if (!isQuiet)
      terminal.draw(
        [...(isBegun ? [] : [headLine(sweep)]), ...news.map((trial) => trialLine(trial, sweep, room))],
        isOver ? [] : liveLines(seen, terminal),
      );
    isBegun = true;
    if (isOver || signal.aborted) return seen;
    await pause(POLL_MS, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

function liveLines({ sweep, trials }: Seen, terminal: Terminal): string[] {
  const running = trials.filter(({ state }) => state === 'running');
  const more = running.length - MOST_LIVE;
  return [
    ...running.slice(0, MOST_LIVE).map((trial) => trialLine(trial, sweep, roomOf(terminal))),
    ...(more > 0 ? [`       and ${more} more that run`] : []),
    truncate(progressLine(sweep), terminal.layout.width - 1),
  ];
}
