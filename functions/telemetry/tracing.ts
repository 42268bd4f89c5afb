/**
 * Spans from the request that starts a run to each of its epochs. The trace goes along with the run's document, with its events
 * and with its trainer's callbacks, as W3C trace context (https://www.w3.org/TR/trace-context/). Without an exporter nothing is
 * recorded, and the trace of the caller is passed on all the same.
 */
import {
  context,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
  type SpanKind,
} from '@opentelemetry/api';
import { traceparentSchema } from '@trainyard/shared';
import './context.js';

export { SpanKind } from '@opentelemetry/api';

export interface SpanStart {
  /** The `traceparent` that the work was asked for with, read leniently; the span under way where there is none. */
  parent?: string | null | undefined;
  kind?: SpanKind;
  attributes?: Attributes;
}

/** Of the exporter there is now, if any. */
const tracer = () => trace.getTracer('trainyard');

/** Does `work` in a span of that name, which ends with it; an error that it throws marks the span. */
export function inSpan<T>(
  name: string,
  { parent, kind, attributes }: SpanStart,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const options = { ...(kind !== undefined && { kind }), ...(attributes && { attributes }) };
  return tracer().startActiveSpan(name, options, contextOf(parent), async (span) => {
    try {
      return await work(span);
    } catch (error) {
      if (error instanceof Error) span.recordException(error);
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Records work that is over: `seconds` long until `end`. */
export function recordSpan(
  name: string,
  { end, seconds, parent, attributes }: SpanStart & { end: string; seconds: number },
): void {
  const endTime = Date.parse(end);
  const startTime = endTime - seconds * 1000;
  tracer()
    .startSpan(name, { startTime, ...(attributes && { attributes }) }, contextOf(parent))
    .end(endTime);
}

/** Names the span under way once it is known what it is about. */
export function nameSpan(name: string, attributes: Attributes): void {
  trace.getActiveSpan()?.updateName(name).setAttributes(attributes);
}

/** The span under way, as others are told of it; null where there is no trace. */
export function currentTraceparent(): string | null {
  const span = currentSpanContext();
  if (!span) return null;
  const flags = span.traceFlags.toString(16).padStart(2, '0');
  return `00-${span.traceId}-${span.spanId}-${flags}`;
}

export function currentSpanContext(): SpanContext | undefined {
  const span = trace.getSpanContext(context.active());
  return span && trace.isSpanContextValid(span) ? span : undefined;
}

function contextOf(parent: string | null | undefined): Context {
  const parsed = traceparentSchema.safeParse(parent);
  if (!parsed.success) return context.active();
  const [, traceId = '', spanId = '', flags = ''] = parsed.data.split('-');
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(context.active(), {
    traceId,
    spanId,
    traceFlags,
    isRemote: true,
  });
}
