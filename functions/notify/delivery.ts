/**
 * One delivery: the message about an event to a channel. Its record keeps it from being sent again once that has succeeded, or can
 * never succeed; a crash between the two sends it again, under the same id.
 */
import {
  digestOf,
  instantSchema,
  isTransientStatus,
  later,
  paths,
  runIdSchema,
  subjectOf,
  type TrainyardEvent,
} from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import { identityOf } from '../events/identity.js';
import { isLeased, isStillOurs, leaseSchema, takenLease } from '../lease.js';
import type { Transaction } from '../ports/documentStore/documentStore.js';
import { instruments } from '../telemetry/metrics.js';
import type { Channel } from './channels.js';
import { RequestError, type Post } from './safeRequest.js';

/** Sends a request and says the status of the answer. Fails with `RequestError` where there is none. */
export type Poster = (post: Post) => Promise<number>;

/** Longer than a request may take, so that two deliveries of one event do not send at the same time. */
const LEASE_MS = 15_000;
const LIFETIME_MS = 30 * 86_400_000;

const recordSchema = z.strictObject({
  eventId: z.string(),
  /** The path of the document that the event is about. */
  subject: z.string(),
  channel: z.string(),
  type: z.string(),
  host: z.string(),
  /** `sending`: somebody is at it until the lease ends · `waiting`: failed, to be tried again · the others are final. */
  state: z.enum(['sending', 'waiting', 'delivered', 'refused']),
  attempts: z.int().min(1),
  lease: leaseSchema.nullable(),
  /** How the last attempt ended: `answered 503`, `ECONNRESET`; null before that. */
  reason: z.string().nullable(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  expiresAt: instantSchema,
});

/** `notifications/{deliveryId}`. Records of version 0.1 named the run, whatever the event was about. */
export const deliverySchema = z
  .union([
    recordSchema,
    recordSchema
      .omit({ subject: true })
      .extend({ runId: runIdSchema })
      .transform(({ runId, ...record }) => ({ ...record, subject: paths.run(runId) })),
  ])
  .pipe(recordSchema);
export type Delivery = z.infer<typeof deliverySchema>;

/** Names an event's delivery to a channel: stable over retries, and without the full stop that signatures part their text by. */
export function deliveryId(eventId: string, channelName: string): string {
  return `msg_${digestOf([eventId, channelName]).slice('sha256:'.length, 'sha256:'.length + 40)}`;
}

/** What is sent where, and why. */
export interface DeliveryRequest {
  id: string;
  event: TrainyardEvent;
  channel: Channel;
  post: Post;
}

/** What a delivery takes, beside whoever posts it. */
export type DeliveryPorts = Pick<ControlPlane, 'store' | 'log' | 'now' | 'newId'>;

/** True when there is nothing left to do: delivered now or before, or refused for good. False when it is to be tried again. */
export async function deliver(cp: DeliveryPorts, request: DeliveryRequest, send: Poster): Promise<boolean> {
  const claimed = await claim(cp, request);
  if (typeof claimed === 'boolean') return claimed;
  const { state, reason } = await attempt(request.post, send);
  await cp.store.transaction((tx) => settle(tx, request.id, claimed, { state, reason }, cp.now()));
  logEnd(cp, request.event, { ...claimed, state, reason });
  return state !== 'waiting';
}

/** Writes that we are at it. True where that is not needed any more, false where somebody else is at it. */
async function claim(
  cp: Pick<ControlPlane, 'store' | 'now' | 'newId'>,
  { id, event, channel, post }: DeliveryRequest,
): Promise<Delivery | boolean> {
  const holder = cp.newId();
  return cp.store.transaction(async (tx) => {
    const now = cp.now();
    const found = await tx.get(paths.notification(id));
    const before = found && deliverySchema.parse(found.data);
    if (before?.state === 'delivered' || before?.state === 'refused') return true;
    if (isLeased(before, now)) return false;
    const claimed: Delivery = {
      eventId: event.id,
      subject: subjectOf(event.data).path,
      channel: channel.name,
      type: channel.type,
      host: new URL(post.url).hostname,
      state: 'sending',
      attempts: (before?.attempts ?? 0) + 1,
      lease: takenLease(holder, now, LEASE_MS),
      reason: before?.reason ?? null,
      createdAt: before?.createdAt ?? now.toISOString(),
      updatedAt: now.toISOString(),
      expiresAt: later(now, LIFETIME_MS),
    };
    tx.set(paths.notification(id), claimed);
    return claimed;
  });
}

type Ended = Pick<Delivery, 'reason'> & { state: Exclude<Delivery['state'], 'sending'> };

async function attempt(post: Post, send: Poster): Promise<Ended> {
  try {
    const status = await send(post);
    return { state: stateAfter(status), reason: `answered ${status}` };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { state: error.isPermanent ? 'refused' : 'waiting', reason: error.reason };
  }
}

/** A redirect is refused like a mistake of ours: the channel's URL is to be corrected. */
export function stateAfter(status: number): Ended['state'] {
  if (status >= 200 && status < 300) return 'delivered';
  return isTransientStatus(status) ? 'waiting' : 'refused';
}

/** Nothing when the lease ran out and somebody else has the delivery now. */
async function settle(
  tx: Transaction,
  id: string,
  claimed: Delivery,
  ended: Ended,
  now: Date,
): Promise<void> {
  const found = await tx.get(paths.notification(id));
  if (found && !isStillOurs(deliverySchema.parse(found.data), claimed)) return;
  tx.set(paths.notification(id), { ...claimed, ...ended, lease: null, updatedAt: now.toISOString() });
}

const LOGGED_AS = {
  delivered: ['INFO', 'a notification was delivered'],
  waiting: ['WARNING', 'a notification could not be delivered and will be tried again'],
  refused: ['ERROR', 'a notification was refused and will not be tried again'],
} as const satisfies Record<Ended['state'], unknown>;

function logEnd(cp: Pick<ControlPlane, 'log'>, { data }: TrainyardEvent, delivery: Delivery & Ended): void {
  const { eventId, channel, type, host, reason, attempts } = delivery;
  const [severity, message] = LOGGED_AS[delivery.state];
  instruments().notifications.add(1, { type, outcome: delivery.state });
  cp.log(severity, message, { ...identityOf(data), event: eventId, channel, type, host, reason, attempts });
}
