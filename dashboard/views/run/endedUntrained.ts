import type { RunView } from '@trainyard/shared/http/bodies';

/** Whether a run is over before anything was learned, as one is whose data were refused: there is nothing to wait for. */
export function endedUntrained({ status, currentEpoch }: Pick<RunView, 'status' | 'currentEpoch'>): boolean {
  return currentEpoch === 0 && (status === 'failed' || status === 'cancelled');
}
