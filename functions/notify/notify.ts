/** Tells people and programs how a run ended, through the configured channels. */
import { budgetReachedSchema, type Run, type RunEvent } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { budgetWarning, warnOfBudgets } from '../runs/monthlyBudget.js';
import { readRun } from '../runs/repository.js';
import { endOf, outcomeFor, wantsBudget, type Channel } from './channels.js';
import { deliver, deliveryId, type Poster } from './delivery.js';
import { requestFor } from './formats.js';
import { budgetMessage, messageOf, type Message } from './message.js';
import { postSafely } from './safeRequest.js';

/** Tells how runs end, and of budgets as they are spent. */
export async function notify(
  cp: ControlPlane,
  event: RunEvent,
  send: Poster = (post) => postSafely(post),
): Promise<void> {
  const end = endOf(event.type);
  if (!end && event.type !== 'budget.reached') return;
  const run = await readRun(cp.store, event.data.runId);
  if (!run) return;
  if (!end) return tellOfBudget(cp, event, run, send);
  // The last that a run cost may be what reaches the next share. Reconcile publishes it: nothing here may.
  await warnOfBudgets(cp, run);
  await tell(cp, event, send, (channel) => {
    const outcome = outcomeFor(channel, end, run);
    return outcome && messageOf(run, outcome, cp.config.notifications.runUrl);
  });
}

async function tellOfBudget(cp: ControlPlane, event: RunEvent, run: Run, send: Poster): Promise<void> {
  const reached = budgetReachedSchema.parse(event.data.detail);
  const error = budgetWarning(cp, run.modelId, reached);
  cp.log('WARNING', 'a budget is being spent', { ...reached, modelId: run.modelId });
  const { runUrl } = cp.config.notifications;
  await tell(cp, event, send, (channel) =>
    wantsBudget(channel, reached, run.modelId)
      ? budgetMessage(run, reached, { at: event.time, error, runUrl })
      : undefined,
  );
}

/**
 * Tells every channel that wants to know, all at once; one that fails does not stop the others. Fails in the end when one is left
 * to be told, so that the event is delivered again: who was told is not told again then.
 */
async function tell(
  cp: ControlPlane,
  event: RunEvent,
  send: Poster,
  messageFor: (channel: Channel) => Message | undefined,
): Promise<void> {
  const { channels } = cp.config.notifications;
  const untold = await Promise.all(
    channels.map(async (channel) => {
      const message = messageFor(channel);
      return message && !(await isTold(cp, event, { channel, message }, send)) ? [channel.name] : [];
    }),
  );
  const names = untold.flat();
  if (names.length > 0) throw new Error(`event ${event.id} is still to be told to ${names.join(', ')}`);
}

/** False when it is to be tried again, for whatever reason. */
async function isTold(
  cp: ControlPlane,
  event: RunEvent,
  { channel, message }: { channel: Channel; message: Message },
  send: Poster,
): Promise<boolean> {
  try {
    const id = deliveryId(event.id, channel.name);
    const post = requestFor(channel, message, id, cp.now());
    return await deliver(cp, { id, event, channel, post }, send);
  } catch (error) {
    const { runId } = event.data;
    cp.log('ERROR', 'a notification failed', { runId, event: event.id, channel: channel.name, error });
    return false;
  }
}
