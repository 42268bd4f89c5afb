/** What the server under load and the harness must agree on. */
import { z } from 'zod';
import { storeSettingsSchema } from '../stores/storeAndBus.js';

/** The one argument of the server's process, as JSON. */
export const serverSettingsSchema = z.strictObject({
  folder: z.string(),
  stores: storeSettingsSchema,
});
export type ServerSettings = z.infer<typeof serverSettingsSchema>;

/** Server to harness: once it serves, and in answer to `measure`. */
export const fromServerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('serving'), url: z.string(), masterSecret: z.string() }),
  z.strictObject({
    type: z.literal('memory'),
    /** In MB, after garbage was collected. */
    heapMb: z.number(),
    rssMb: z.number(),
    /** Seconds of processor time since the process began. */
    cpuSeconds: z.number(),
  }),
]);
export type Memory = Omit<Extract<z.infer<typeof fromServerSchema>, { type: 'memory' }>, 'type'>;
