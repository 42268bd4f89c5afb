import type { Expectation } from '@trainyard/shared';
import type { Finding } from '@trainyard/shared/profile/validation';

/** A finding without rows. */
export function finding(expectation: Expectation, outcome: Finding['outcome'], message: string): Finding {
  const { severity } = expectation;
  return { expectation, outcome, severity, message, count: null, total: null, examples: [] };
}

export function verdict(expectation: Expectation, holds: boolean, message: string): Finding {
  return finding(expectation, holds ? 'met' : 'violated', message);
}
