/** Notifies people and programs of how runs and sweeps end, and of budgets, through the configured channels. */
import {
  budgetReachedSchema,
  type ModelEvent,
  type SweepEvent,
  type TrainyardEvent,
} from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { identityOf } from '../events/identity.js';
import { budgetWarning, warnOfBudgets } from '../runs/monthlyBudget.js';
import type { PlanPorts } from '../runs/lifecycle.js';
import { readRun } from '../runs/repository.js';
import type { SpendingPorts } from '../runs/spending.js';
import { readSweep, readEndAt } from '../sweeps/documents.js';
import { readTrials } from '../sweeps/history.js';
import type { Message } from './anyMessage.js';
import { endOf, outcomeFor, sweepOutcomeFor, wantsBudget, type Channel, type End } from './channels.js';
import { deliver, deliveryId, type DeliveryPorts, type Poster } from './delivery.js';
import { requestFor } from './formats.js';
import { budgetMessage, messageOf } from './message.js';
import { postSafely } from './safeRequest.js';
import { sweepMessageOf } from './sweepMessage.js';

/** What telling the channels of an event takes. */
type NotifyPorts = DeliveryPorts & Pick<ControlPlane, 'config'>;

/** Notifies of how a run or a sweep ended, or of a budget as it is spent; events of every other kind and type are nobody's news. */
export async function notify(
  cp: NotifyPorts & SpendingPorts & PlanPorts,
  event: TrainyardEvent,
  send: Poster = (post) => postSafely(post),
): Promise<void> {
  if (event.type === 'budget.reached') return notifyOfBudget(cp, event, send);
  if (event.type === 'sweep.completed' || event.type === 'sweep.cancelled')
    return notifyOfSweep(cp, event, send);
  const end = endOf(event.type);
  const { data } = event;
  if (end && data.kind === 'run') await notifyOfEnd(cp, { event, runId: data.runId, end }, send);
}

async function notifyOfEnd(
  cp: NotifyPorts & SpendingPorts & PlanPorts,
  { event, runId, end }: { event: TrainyardEvent; runId: string; end: End },
  send: Poster,
): Promise<void> {
  const run = await readRun(cp.store, runId);
  if (!run) return;
  // The last that a run cost may be what reaches the next share. Reconcile publishes it: nothing here may.
  await warnOfBudgets(cp, run);
  // A sweep has a hundred of them: its own end is told. Whoever wants to know of each trial listens to its events.
  if (run.sweep) return;
  await notifyChannels(cp, event, send, (channel) => {
    const outcome = outcomeFor(channel, end, run);
    return outcome && messageOf(run, outcome, cp.config.notifications.runUrl);
  });
}

async function notifyOfBudget(cp: NotifyPorts, event: ModelEvent, send: Poster): Promise<void> {
  const run = await readRun(cp.store, event.data.runId);
  if (!run) return;
  const reached = budgetReachedSchema.parse(event.data.detail);
  const error = budgetWarning(cp, run.modelId, reached);
  cp.log('WARNING', 'a budget is being spent', { ...reached, modelId: run.modelId });
  const { runUrl } = cp.config.notifications;
  await notifyChannels(cp, event, send, (channel) =>
    wantsBudget(channel, reached, run.modelId)
      ? budgetMessage(run, reached, { at: event.time, error, runUrl })
      : undefined,
  );
}

/** One that was extended since is told of as it ended then. */
async function notifyOfSweep(cp: NotifyPorts, event: SweepEvent, send: Poster): Promise<void> {
  const { sweepId } = event.data;
  const sweep = await readSweep(cp.store, sweepId);
  const end = sweep && (await readEndAt(cp.store, sweep, event.time));
  if (!end) return;
  const trials = end.counts.failed === 0 ? [] : await readTrials(cp.store, sweepId);
  const known = trials.slice(0, end.trials);
  await notifyChannels(cp, event, send, (channel) => {
    const outcome = sweepOutcomeFor(channel, end.reason, sweep);
    return outcome && sweepMessageOf(sweep, end, { outcome, trials: known, pages: cp.config.notifications });
  });
}

/**
 * Sends to every channel that wants the message, all at once; one that fails does not stop the others. Fails in the end when one
 * is left, so that the event is delivered again: what was delivered to a channel is not sent to it again then.
 */
async function notifyChannels(
  cp: NotifyPorts,
  event: TrainyardEvent,
  send: Poster,
  messageFor: (channel: Channel) => Message | undefined,
): Promise<void> {
  const { channels } = cp.config.notifications;
  const undelivered = await Promise.all(
    channels.map(async (channel) => {
      const message = messageFor(channel);
      return message && !(await isDelivered(cp, event, { channel, message }, send)) ? [channel.name] : [];
    }),
  );
  const names = undelivered.flat();
  if (names.length > 0) throw new Error(`event ${event.id} is still to be told to ${names.join(', ')}`);
}

/** False when it is to be tried again, for whatever reason. */
async function isDelivered(
  cp: NotifyPorts,
  event: TrainyardEvent,
  { channel, message }: { channel: Channel; message: Message },
  send: Poster,
): Promise<boolean> {
  try {
    const id = deliveryId(event.id, channel.name);
    const post = requestFor(channel, message, id, cp.now());
    return await deliver(cp, { id, event, channel, post }, send);
  } catch (error) {
    const fields = { ...identityOf(event.data), event: event.id, channel: channel.name };
    cp.log('ERROR', 'a notification failed', { ...fields, error });
    return false;
  }
}
