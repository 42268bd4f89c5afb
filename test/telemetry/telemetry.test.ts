/** What a collector of OpenTelemetry hears of a run: one trace from its request to its epochs, and the numbers. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { jsonLog } from '../../functions/log.js';
import { reconcile } from '../../functions/runs/reconcile.js';
import { startTelemetry } from '../../functions/telemetry/startTelemetry.js';
import { inSpan } from '../../functions/telemetry/tracing.js';
import { signed, wholeTraining } from '../support/callbacks.js';
import { testControlPlane } from '../support/controlPlane.js';
import { serveFunction } from '../support/functionClient.js';
import { EXAMPLE_SPEC } from '../support/newRun.js';

const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
});
type ReceivedSpan = z.infer<typeof spanSchema>;
const spansSchema = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) })),
});
const pointSchema = z.object({
  attributes: z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })),
  asDouble: z.number().optional(),
  asInt: z.union([z.number(), z.string()]).optional(),
  count: z.union([z.number(), z.string()]).optional(),
});
const dataSchema = z.object({ dataPoints: z.array(pointSchema) }).optional();
const metricSchema = z.object({
  name: z.string(),
  sum: dataSchema,
  gauge: dataSchema,
  histogram: dataSchema,
});
const metricsSchema = z.object({
  resourceMetrics: z.array(z.object({ scopeMetrics: z.array(z.object({ metrics: z.array(metricSchema) })) })),
});

/** Takes OTLP over HTTP. Gone after the test. */
async function collector() {
  const spans: ReceivedSpan[] = [];
  const numbers = new Map<string, number>();
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      if (request.url === '/v1/traces')
        spans.push(
          ...spansSchema
            .parse(body)
            .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
        );
      else for (const [name, value] of numbersOf(body)) numbers.set(name, value);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const telemetry = await startTelemetry({ endpoint });
  onTestFinished(() => telemetry.close());
  return { spans, numbers, telemetry };
}

/** By name and attributes: `trainyard.callbacks{kind=log,outcome=recorded}`; of histograms the count. */
function numbersOf(body: unknown): [string, number][] {
  const metrics = metricsSchema
    .parse(body)
    .resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  return metrics.flatMap(({ name, sum, gauge, histogram }) =>
    ((sum ?? gauge ?? histogram)?.dataPoints ?? []).map((point): [string, number] => {
      const attributes = point.attributes.map(
        ({ key, value }) => `${key}=${String(Object.values(value)[0])}`,
      );
      return [
        `${name}{${attributes.toSorted().join()}}`,
        Number(point.asDouble ?? point.asInt ?? point.count),
      ];
    }),
  );
}

/** Starts a run as `traceparent` says, dispatches it by its event, and trains it. */
async function trained(epochs: number, traceparent: string) {
  const cp = await testControlPlane();
  const [api, dispatch, webhooks] = await Promise.all(
    ['api', 'dispatch', 'webhooks'].map((name) => serveFunction(name)),
  );
  const started = await api!.send('/api/models/demo/training-runs', {
    body: { spec: EXAMPLE_SPEC },
    headers: { traceparent },
  });
  const { runId } = z.object({ runId: z.string() }).parse(started.json);
  const event = cp.bus.published.find(({ type }) => type === 'run.requested');
  const data = Buffer.from(JSON.stringify(event)).toString('base64');
  await dispatch!.send('/projects/p/topics/trainyard-events', {
    body: { subscription: 's', message: { data, messageId: '1', publishTime: cp.now().toISOString() } },
  });
  const launched = cp.launcher.started[0]?.env['TRACEPARENT'] ?? '';
  for (const callback of wholeTraining(epochs)) {
    const { path, sent } = signed(callback, {
      now: cp.now(),
      runId,
      headers: { traceparent: launched },
    });
    await webhooks!.send(path, sent);
  }
  return { cp, runId, launched };
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

describe('with a collector', () => {
  it('a run is one trace: request, dispatch through Pub/Sub, launch, callbacks, stages and epochs', async () => {
    const { spans, telemetry } = await collector();
    await trained(3, `00-${TRACE}-${CALLER}-01`);
    await telemetry.flush();
    const ofRun = spans.filter(({ traceId }) => traceId === TRACE);
    const named = (name: string) => ofRun.find((span) => span.name === name);
    const request = named('POST /api/models/{modelId}/training-runs');
    expect(request?.parentSpanId).toBe(CALLER);
    const dispatched = named('dispatch run.requested');
    expect(dispatched?.parentSpanId).toBe(request?.spanId);
    expect(named('callback epoch-complete')?.parentSpanId).toBe(dispatched?.spanId);
    for (const name of ['epoch 1', 'epoch 2', 'epoch 3', 'stage ingest', 'stage register'])
      expect({ name, parent: named(name)?.parentSpanId }).toEqual({ name, parent: request?.spanId });
    const epoch = named('epoch 1');
    expect(BigInt(epoch!.endTimeUnixNano) - BigInt(epoch!.startTimeUnixNano)).toBe(2_000_000_000n);
  });

  it('the numbers say what happened, by model and outcome, and name no run', async () => {
    const { numbers, telemetry } = await collector();
    const { cp, runId } = await trained(3, `00-${TRACE}-${CALLER}-01`);
    await cp.request();
    await reconcile(cp);
    await telemetry.flush();
    expect(Object.fromEntries(numbers)).toMatchObject({
      'trainyard.runs.started{model=demo}': 2,
      'trainyard.runs.ended{error=none,model=demo,status=completed}': 1,
      'trainyard.run.duration{status=completed}': 1,
      'trainyard.callbacks{kind=epoch-complete,outcome=recorded}': 3,
      'trainyard.epochs{model=demo}': 3,
      'trainyard.launches{outcome=launched,tier=small}': 1,
      'trainyard.events.published{type=run.epoch.completed}': 3,
      'trainyard.runs.open{}': 1,
      'trainyard.training.cpu_utilization{model=demo}': 98,
    });
    expect([...numbers.keys()].join()).not.toContain(runId);
  });
});

describe('without a collector', () => {
  it('the trace of the caller is passed on to the run, its events and its trainer all the same', async () => {
    const { cp, runId, launched } = await trained(1, `00-${TRACE}-${CALLER}-01`);
    expect((await cp.run(runId)).traceparent).toContain(TRACE);
    expect(cp.bus.published.every(({ traceparent }) => traceparent?.includes(TRACE))).toBe(true);
    expect(launched).toContain(TRACE);
  });

  it('a request without a trace, or with one that cannot be read, gives a run without', async () => {
    for (const traceparent of ['', 'x', `00-${'0'.repeat(32)}-${CALLER}-01`]) {
      const { cp, runId } = await trained(1, traceparent);
      expect((await cp.run(runId)).traceparent).toBeNull();
    }
  });
});

describe('a line of the log', () => {
  it('says which run, attempt and stage it is about, and its trace as Cloud Logging links it', async () => {
    const lines: string[] = [];
    const log = jsonLog((line) => lines.push(line), 'shop-prod');
    const { cp, runId } = await trained(1, '');
    cp.log = log;
    await inSpan('work', { parent: `00-${TRACE}-${CALLER}-01` }, async () => log('INFO', 'in a span'));
    log('INFO', 'outside');
    cp.bus.failNext(10);
    const webhooks = await serveFunction('webhooks');
    const { path, sent } = signed(
      { ...wholeTraining(1).find(({ kind }) => kind === 'stage-complete')!, id: 'late' },
      { now: cp.now(), runId, headers: { traceparent: `00-${TRACE}-${CALLER}-01` } },
    );
    const run = await cp.run(runId);
    await cp.put({ ...run, status: 'running', currentStage: null });
    await cp.store.transaction(async (tx) => tx.delete(`runs/${runId}/stages/ingest`));
    await webhooks.send(path, sent);
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const trace = `projects/shop-prod/traces/${TRACE}`;
    expect(entries[0]).toMatchObject({
      message: 'in a span',
      'logging.googleapis.com/trace': trace,
      'logging.googleapis.com/spanId': CALLER,
    });
    expect(Object.keys(entries[1]!)).toEqual(['severity', 'message', 'time']);
    expect(entries[2]).toMatchObject({
      severity: 'WARNING',
      runId,
      attempt: 1,
      stage: 'ingest',
      'logging.googleapis.com/trace': trace,
    });
  });
});
