/** Structured logs as Cloud Logging reads them: one JSON object a line, `severity` and `message` among its fields. */
export type Severity = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

/** `runId`, `attempt`, `stage` where they apply. Never a secret or a request's body. */
export type LogFields = Record<string, unknown>;

export type Log = (severity: Severity, message: string, fields?: LogFields) => void;

export function jsonLog(write: (line: string) => void): Log {
  return (severity, message, fields = {}) => {
    const entry = { severity, message, time: new Date().toISOString(), ...withErrors(fields) };
    write(`${JSON.stringify(entry)}\n`);
  };
}

/** Errors have no enumerable fields: they are written as their stack and the chain of their causes. */
function withErrors(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? describe(value) : value]),
  );
}

function describe(error: Error): string {
  const own = error.stack ?? String(error);
  return error.cause instanceof Error ? `${own}\ncaused by ${describe(error.cause)}` : own;
}
