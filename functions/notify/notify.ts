/** Tells people and programs how a run ended, through the configured channels. */
import type { Run, RunEvent } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { readRun } from '../runs/repository.js';
import { endOf, outcomeFor, type Channel, type Outcome } from './channels.js';
import { deliver, deliveryId, type Poster } from './delivery.js';
import { requestFor } from './formats.js';
import { messageOf } from './message.js';
import { postSafely } from './safeRequest.js';

/**
 * Tells every channel that wants to know, all at once; one that fails does not stop the others. Fails in the end when one is left
 * to be told, so that the event is delivered again: who was told is not told again then.
 */
export async function notify(
  cp: ControlPlane,
  event: RunEvent,
  send: Poster = (post) => postSafely(post),
): Promise<void> {
  const end = endOf(event.type);
  const { channels } = cp.config.notifications;
  if (!end || channels.length === 0) return;
  const run = await readRun(cp.store, event.data.runId);
  if (!run) return;
  const untold = await Promise.all(
    channels.map(async (channel) => {
      const outcome = outcomeFor(channel, end, run);
      return outcome && !(await isTold(cp, event, run, { channel, outcome }, send)) ? [channel.name] : [];
    }),
  );
  const names = untold.flat();
  if (names.length > 0) throw new Error(`event ${event.id} is still to be told to ${names.join(', ')}`);
}

/** False when it is to be tried again, for whatever reason. */
async function isTold(
  cp: ControlPlane,
  event: RunEvent,
  run: Run,
  { channel, outcome }: { channel: Channel; outcome: Outcome },
  send: Poster,
): Promise<boolean> {
  try {
    const id = deliveryId(event.id, channel.name);
    const message = messageOf(run, outcome, cp.config.notifications.runUrl);
    const post = requestFor(channel, message, id, cp.now());
    return await deliver(cp, { id, event, channel, post }, send);
  } catch (error) {
    const { runId } = run;
    cp.log('ERROR', 'a notification failed', { runId, event: event.id, channel: channel.name, error });
    return false;
  }
}
