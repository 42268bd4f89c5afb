import { setTimeout as pause } from 'node:timers/promises';
import type { SweepView, TrialView } from '@trainyard/shared';
import type { TrainyardClient } from '../../client/trainyardClient.js';
import { truncate } from '../../watch/layout.js';
import type { Terminal } from '../../watch/terminal.js';
import { progressLine, trialLine } from './trialTable.js';

const POLL_MS = 1_000;

export interface Seen {
  sweep: SweepView;
  trials: TrialView[];
}

/** The sweep with all its trials, as they are. */
export async function readSweep(client: TrainyardClient, sweepId: string): Promise<Seen> {
  const [sweep, trials] = [await client.sweep(sweepId), await client.sweepTrials(sweepId)];
  return { sweep, trials };
}

/** Draws a line for each trial, those that run with a bar that grows, until the sweep is over or paused. */
export async function watchSweep(
  client: TrainyardClient,
  sweepId: string,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Seen> {
  const drawn = new Set<number>();
  for (;;) {
    const seen = await readSweep(client, sweepId);
    const { sweep, trials } = seen;
    const { layout } = terminal;
    const news = trials.filter(({ number, state }) => state !== 'running' && !drawn.has(number));
    for (const { number } of news) drawn.add(number);
    const isOver = sweep.endedAt !== null || sweep.status === 'paused';
    const running = isOver ? [] : trials.filter(({ state }) => state === 'running');
    terminal.draw(
      news.map((trial) => trialLine(trial, sweep, layout)),
      isOver
        ? []
        : [
            ...running.map((trial) => trialLine(trial, sweep, layout)),
            truncate(progressLine(sweep), layout.width - 1),
          ],
    );
    if (isOver || signal.aborted) return seen;
    await pause(POLL_MS, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
