/** The whole way of the version that serves: promoted in the control plane, given to the trainer, compared with, and judged. */
import { evaluationReportSchema, type RunView } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { hostHere, stackSpec, untilOver, writePurchases } from '../support/hosts/stack.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const GATES = [
  { metric: 'test_recall_at_10', aboveProduction: true as const },
  {
    metric: 'test_ndcg_at_10',
    slice: { by: 'item', value: 'i0' },
    aboveProduction: true as const,
    critical: false,
  },
  {
    metric: 'serving_model_mb',
    aboveProduction: true as const,
    maxRegression: { share: 0.5 },
    critical: false,
  },
];

async function world() {
  const folder = await temporaryFolder();
  const client = await hostHere(folder);
  const file = await writePurchases(folder, 3000);
  const trained = async (epochs: number, gates = GATES): Promise<RunView> => {
    const spec = stackSpec(file, {
      training: {
        epochs,
        batchSize: 256,
        optimizer: { type: 'adam', learningRate: 0.01 },
        earlyStopping: false,
      },
      evaluation: { k: [10], baselines: ['popularity'], bootstrapDraws: 200, importanceUsers: 0, gates },
    });
    return untilOver(client, (await client.start('shop', spec)).runId);
  };
  const post = async (path: string, body: object) => {
    const response = await fetch(`${client.url}/api/models/shop${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  const reportOf = async ({ runId }: RunView) =>
    evaluationReportSchema.parse(
      await (await fetch(`${client.url}/api/training-runs/${runId}/evaluation`)).json(),
    );
  return { client, trained, post, reportOf };
}

describe('the version in production', () => {
  it('is what the next run is compared with and judged by', { timeout: 120_000 }, async () => {
    const { client, trained, post, reportOf } = await world();
    const first = await trained(5);
    expect(first).toMatchObject({ status: 'completed', production: null });
    expect(first.gates[0]).toMatchObject({
      passed: true,
      explanation: expect.stringContaining('no version'),
    });
    expect(await post('/versions/1/promote', { stage: 'production' })).toMatchObject({ status: 200 });

    const worse = await trained(1);
    expect(worse).toMatchObject({ status: 'completed', production: { version: 1 } });
    const [above, ofSlice, size] = worse.gates;
    expect(above).toMatchObject({
      passed: false,
      explanation: expect.stringContaining('and that of the version in production is'),
    });
    expect(ofSlice).toMatchObject({
      passed: false,
      value: expect.any(Number),
      explanation: expect.stringContaining('the version in production'),
    });
    expect(size).toMatchObject({ passed: true, value: expect.any(Number) });
    expect(worse.result?.verdict).toMatchObject({
      decision: 'hold',
      sentence: expect.stringMatching(/^Do not ship it: .* below that of the version in production/),
    });
    expect(await post('/versions/2/promote', { stage: 'production' })).toMatchObject({ status: 409 });

    // What was compared with is on the run, in the report and among what the stage has read.
    const report = await reportOf(worse);
    expect(report.provenance?.production).toEqual(worse.production);
    expect(report.methods.map(({ name }) => name)).toEqual(['popularity', 'production']);
    expect(report.changes).toMatchObject({ production: worse.production, missingItems: 0 });
    const evaluate = (await client.stages(worse.runId)).find(({ stage }) => stage === 'evaluate');
    expect(evaluate?.cacheHit).toBe(false);
    expect(evaluate?.inputs?.find(({ name }) => name === 'production')).toMatchObject({
      uri: worse.production!.uri,
      digest: expect.stringMatching(/^sha256:/),
    });

    const better = await trained(12);
    expect(better.gates[0]).toMatchObject({ passed: true });
    expect(better.production).toEqual(worse.production);
    expect(await post('/versions/3/promote', { stage: 'production' })).toMatchObject({ status: 200 });
  });
});
