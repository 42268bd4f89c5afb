/** What a check found, and the command that mends it. */
export interface Finding {
  /** Which check: `secrets`, `subscriptions`. */
  check: string;
  /** `unknown`: it could not be looked at. */
  severity: 'ok' | 'warning' | 'error' | 'unknown';
  says: string;
  /** As it is typed; null where nothing is to be done, or no command does it. */
  mend: string | null;
}

/** Findings of one check. */
type Make = (says: string, mend?: string | null) => Finding;
export interface Findings {
  ok: (says: string) => Finding;
  warning: Make;
  error: Make;
  unknown: Make;
}

export function findingsOf(check: string): Findings {
  const of =
    (severity: Finding['severity']) =>
    (says: string, mend: string | null = null): Finding => ({ check, severity, says, mend });
  return { ok: of('ok'), warning: of('warning'), error: of('error'), unknown: of('unknown') };
}
