import { metrics, trace } from '@opentelemetry/api';
import { renewInstruments } from './metrics.js';

export interface TelemetryOptions {
  /** Of a collector that takes OTLP over HTTP: `http://127.0.0.1:4318`. */
  endpoint: string;
  /** How often metrics are sent, in milliseconds. */
  metricsIntervalMs?: number;
}

/** How long an export may take with all its tries: a collector is near, or it is not there. */
const EXPORT_MS = 2_000;

export interface Telemetry {
  /** Sends what is recorded so far. */
  flush(): Promise<void>;
  /** Sends the rest, and records nothing from now on. */
  close(): Promise<void>;
}

/**
 * Exports spans and metrics from now on; before it is called, or without it, nothing is recorded. The SDK is loaded here: whoever
 * exports nothing does not wait for it. The SDK's own variables (`OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`,
 * `OTEL_TRACES_SAMPLER`) mean what its documentation says.
 */
export async function startTelemetry({
  endpoint,
  metricsIntervalMs = 60_000,
}: TelemetryOptions): Promise<Telemetry> {
  const [tracing, metering, resources, spanExport, metricExport] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/exporter-metrics-otlp-http'),
  ]);
  const resource = resources
    .resourceFromAttributes({ 'service.name': 'trainyard-functions' })
    .merge(resources.detectResources({ detectors: [resources.envDetector] }));
  const base = endpoint.replace(/\/$/, '');
  const tracer = new tracing.NodeTracerProvider({
    resource,
    spanProcessors: [
      new tracing.BatchSpanProcessor(
        new spanExport.OTLPTraceExporter({ url: `${base}/v1/traces`, timeoutMillis: EXPORT_MS }),
      ),
    ],
  });
  const meter = new metering.MeterProvider({
    resource,
    readers: [
      new metering.PeriodicExportingMetricReader({
        exporter: new metricExport.OTLPMetricExporter({
          url: `${base}/v1/metrics`,
          timeoutMillis: EXPORT_MS,
        }),
        exportIntervalMillis: metricsIntervalMs,
      }),
    ],
  });
  trace.setGlobalTracerProvider(tracer);
  metrics.setGlobalMeterProvider(meter);
  renewInstruments();
  return {
    flush: async () => void (await Promise.all([tracer.forceFlush(), meter.forceFlush()])),
    async close() {
      trace.disable();
      metrics.disable();
      renewInstruments();
      // A collector that does not answer is nobody's failure.
      await Promise.allSettled([tracer.shutdown(), meter.shutdown()]);
    },
  };
}
