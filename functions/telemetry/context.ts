/**
 * What the work under way belongs to: its span, and the run that log lines are about. It follows the work through every `await`,
 * with or without an exporter.
 */
import { context, createContextKey } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

context.setGlobalContextManager(new AsyncLocalStorageContextManager());

type LogFields = Readonly<Record<string, unknown>>;

const LOG_FIELDS = createContextKey('trainyard log fields');

/** Everything logged during `work` carries these fields. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return context.with(context.active().setValue(LOG_FIELDS, { ...currentLogFields(), ...fields }), work);
}

export function currentLogFields(): LogFields {
  return (context.active().getValue(LOG_FIELDS) as LogFields | undefined) ?? {};
}
