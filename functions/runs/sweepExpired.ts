import type { ControlPlane } from '../controlPlane.js';
import { EXPIRING, queries } from '../queries.js';

/** Of each collection, at each call. */
const PAGE = 200;

/** Deletes documents whose `expiresAt` is over, a part of them at each call. */
export async function sweepExpired(cp: Pick<ControlPlane, 'store' | 'now'>): Promise<void> {
  for (const collection of EXPIRING) {
    const expired = await cp.store.query(queries.expired(collection, cp.now().toISOString(), PAGE));
    if (expired.length === 0) continue;
    await cp.store.transaction(async (tx) => {
      for (const { path } of expired) tx.delete(path);
    });
  }
}
