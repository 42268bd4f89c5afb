/** Structured logs as Cloud Logging reads them: one JSON object a line, `severity` and `message` among its fields. */
import { currentLogFields } from './telemetry/context.js';
import { currentSpanContext } from './telemetry/tracing.js';

export type Severity = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

/** `runId`, `attempt`, `stage` where they apply. Never a secret or a request's body. */
export type LogFields = Record<string, unknown>;

export type Log = (severity: Severity, message: string, fields?: LogFields) => void;

/** Each entry says what the work under way is about, and its trace as Cloud Logging links it, of `projectId` where that is given. */
export function jsonLog(write: (line: string) => void, projectId?: string): Log {
  return (severity, message, fields = {}) => {
    const time = new Date().toISOString();
    const about = { ...currentLogFields(), ...withErrors(fields) };
    write(`${JSON.stringify({ severity, message, time, ...about, ...traceFields(projectId) })}\n`);
  };
}

/** https://cloud.google.com/logging/docs/structured-logging */
function traceFields(projectId: string | undefined): LogFields {
  const span = currentSpanContext();
  if (!span) return {};
  const name = projectId === undefined ? span.traceId : `projects/${projectId}/traces/${span.traceId}`;
  return { 'logging.googleapis.com/trace': name, 'logging.googleapis.com/spanId': span.spanId };
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
