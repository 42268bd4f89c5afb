import { whole } from '@trainyard/shared';
import type { BatchProgress } from './batchRequest.js';

/** `40,960 of 98,000, 3,120 a second, 18 s left`. */
export function progressLine({ done, total, kept, seconds }: BatchProgress): string {
  const speed = seconds > 0 ? (done - kept) / seconds : 0;
  const left =
    speed > 0 && done < total
      ? [`${whole(speed)} a second`, `${Math.ceil((total - done) / speed)} s left`]
      : [];
  return [`${whole(done)} of ${whole(total)}`, ...left].join(', ');
}
