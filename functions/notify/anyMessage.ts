/** Whatever channels are told of: a run, a budget, a sweep. */
import { instantSchema } from '@trainyard/shared';
import { z } from 'zod';
import { runOutcomeSchema } from './channels.js';
import { runMessageSchema, shownRun, type RunMessage } from './message.js';
import { shownSweep, sweepMessageSchema, type SweepMessage } from './sweepMessage.js';
import type { Shown } from './shown.js';

export type Message = RunMessage | SweepMessage;

/** When it happened. */
const timestamp = instantSchema;

/** The body that a program gets by a webhook. */
export const webhookBodySchema = z.union([
  z.strictObject({
    type: z.templateLiteral(['run.', runOutcomeSchema]),
    timestamp,
    data: runMessageSchema,
  }),
  z.strictObject({
    type: z.enum(['sweep.completed', 'sweep.cancelled']),
    timestamp,
    data: sweepMessageSchema,
  }),
]);

export function webhookBodyOf(message: Message): z.infer<typeof webhookBodySchema> {
  const { endedAt } = message;
  if (!('sweepId' in message)) return { type: `run.${message.outcome}`, timestamp: endedAt, data: message };
  const type = message.outcome === 'cancelled' ? 'sweep.cancelled' : 'sweep.completed';
  return { type, timestamp: endedAt, data: message };
}

/** What people are shown of it. */
export function shownOf(message: Message): Shown {
  return 'sweepId' in message ? shownSweep(message) : shownRun(message);
}
