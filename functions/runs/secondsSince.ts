import type { ControlPlane } from '../controlPlane.js';

/** Seconds between an instant and now; negative for one that is still to come. */
export function secondsSince(cp: Pick<ControlPlane, 'now'>, instant: string): number {
  return (cp.now().getTime() - Date.parse(instant)) / 1000;
}
