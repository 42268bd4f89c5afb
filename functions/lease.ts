/**
 * Leases: who works on something alone, and until when. Whoever dies at it is given up when his lease is over; whoever took longer than that
 * finds that somebody else has it, and leaves it to him.
 */
import { instantSchema, later } from '@trainyard/shared';
import { z } from 'zod';

export const leaseSchema = z.strictObject({ holder: z.string(), expiresAt: instantSchema });
export type Lease = z.infer<typeof leaseSchema>;

interface Leased {
  lease: Lease | null;
}

export function takenLease(holder: string, now: Date, ms: number): Lease {
  return { holder, expiresAt: later(now, ms) };
}

/** Whether somebody is at it. */
export function isLeased(held: Leased | undefined, now: Date): boolean {
  return held?.lease ? held.lease.expiresAt > now.toISOString() : false;
}

/** Whether what is there now is still under the lease that was claimed: nobody has begun since. */
export function isStillOurs(found: Leased, claimed: Leased): boolean {
  return found.lease?.holder === claimed.lease?.holder;
}
