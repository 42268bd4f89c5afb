/** What the main thread and the sender's thread say to each other. */
import { z } from 'zod';
import { journalEntrySchema } from './journal.js';

export const senderDataSchema = z.object({
  journal: z.object({ attempt: z.int(), start: z.int(), file: z.string(), positionFile: z.string() }),
  url: z.string(),
  secret: z.string(),
  attempt: z.int(),
  identity: z.object({ audience: z.string(), metadataHost: z.string() }).nullable(),
  traceparent: z.string().nullable(),
});
export type SenderData = z.infer<typeof senderDataSchema>;

export const toThreadSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('wake') }),
  z.object({ type: z.literal('heartbeat'), entry: journalEntrySchema }),
  z.object({ type: z.literal('drain'), call: z.int(), timeoutMs: z.number() }),
  z.object({ type: z.literal('close') }),
]);
export type ToThread = z.infer<typeof toThreadSchema>;

export const fromThreadSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stop') }),
  z.object({ type: z.literal('note'), level: z.enum(['info', 'warn']), message: z.string() }),
  z.object({
    type: z.literal('drained'),
    call: z.int(),
    delivery: z.enum(['acknowledged', 'rejected', 'pending']),
  }),
]);
export type FromThread = z.infer<typeof fromThreadSchema>;
