import { traceparentSchema } from '@trainyard/shared';
import type { Request } from '../http/answers.js';

/** The trace that a request belongs to (W3C trace context); null where it names none, or none that can be read. */
export function traceparentOf(request: Request): string | null {
  const parsed = traceparentSchema.safeParse(request.get('traceparent'));
  return parsed.success ? parsed.data : null;
}
