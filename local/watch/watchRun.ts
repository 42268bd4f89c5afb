import { isTerminal, type RunView } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import type { TrainyardClient } from '../client/trainyardClient.js';
import { happenings } from './happenings.js';
import { type Layout, paint, plain, truncate } from './layout.js';
import { livePart } from './livePart.js';
import { originLines } from './origin.js';
import { outcome } from './outcome.js';
import type { Terminal } from './terminal.js';
import { applyEvent, startWatching } from './watchState.js';

const FRAME_MS = 120;

/**
 * Draws the run until it is over and returns how it ended. Events that come together are drawn together, so a stream that
 * is opened again draws nothing twice.
 */
export async function watchRun(
  client: TrainyardClient,
  runId: string,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<RunView> {
  let state = startWatching(Date.now());
  let drawn = state;
  let trouble: string | null = null;
  const frame = () => {
    const { layout } = terminal;
    const news = happenings(drawn, state, layout);
    drawn = state;
    const live = trouble
      ? [paint(layout, 'yellow', truncate(`  ${plain(trouble)}: connecting again …`, layout.width - 1))]
      : livePart(state, Date.now(), layout);
    terminal.draw(news, live);
  };
  const frames = setInterval(frame, FRAME_MS);
  try {
    const events = client.follow(runId, {
      ...(signal ? { signal } : {}),
      onReconnect: (reason) => {
        trouble = reason;
      },
    });
    for await (const event of events) {
      trouble = null;
      state = applyEvent(state, event, Date.now());
    }
  } finally {
    clearInterval(frames);
    trouble = null;
    if (signal?.aborted) terminal.draw([], []);
    else frame();
  }
  const { run } = state;
  if (!run || !isTerminal(run.status)) throw new Error(`the stream of run ${runId} ended before the run did`);
  terminal.draw(outcome(run, terminal.layout, await backendNote(client, run)));
  terminal.draw(await relativeLines(client, run, terminal.layout));
  return run;
}

/** Where a run comes from and what to do with a quick test; nothing for all other runs. */
async function relativeLines(client: TrainyardClient, run: RunView, layout: Layout): Promise<string[]> {
  if (run.quickRunId === null && run.quickTest === null) return [];
  try {
    return originLines(run, await client.relatives(run.runId), layout.width);
  } catch (error) {
    // The result is complete without it.
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** The trainer logs at its start which backend it took and why. */
async function backendNote(client: TrainyardClient, run: RunView): Promise<string | undefined> {
  if (run.status !== 'completed') return undefined;
  try {
    const { lines } = await client.logs(run.runId);
    return lines.findLast(({ fields }) => fields['backend'] !== undefined && fields['device'] !== undefined)
      ?.message;
  } catch (error) {
    // The result is complete without it.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
