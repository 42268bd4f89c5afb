import type { RunResult, TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT, signed, trainer } from '../../test/support/callbacks.js';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { EXAMPLE_SPEC } from '../../test/support/newRun.js';

const RECALL = 'test_recall_at_10';
const ABSENT = 'aaaaaaaaaaaaaaaaaaaa';
type Evaluation = NonNullable<TrainingSpecInput['evaluation']>;
interface Shown {
  runId: string;
  name: string;
  spec: { evaluation: { gates: Record<string, unknown>[] } };
}

async function opened() {
  const cp = await testControlPlane();
  const api = await serveFunction('api');
  const webhooks = await serveFunction('webhooks');
  const send = (path: string, body: object) => api.send(`/api/models/demo${path}`, { body });
  const start = (evaluation: Evaluation) => {
    cp.pass(1);
    return send('/training-runs', { spec: { ...EXAMPLE_SPEC, evaluation } });
  };
  const started = async (evaluation: Evaluation): Promise<Shown> => {
    const { status, json } = await start(evaluation);
    expect(status).toBe(202);
    return json as Shown;
  };
  const complete = async ({ runId }: { runId: string }, more: Partial<RunResult> = {}) => {
    const { path, sent } = signed(trainer().completed({ ...RESULT, ...more }), { now: cp.now(), runId });
    expect(await webhooks.send(path, sent)).toMatchObject({ status: 200 });
    return cp.run(runId);
  };
  const detailOf = async (evaluation: Evaluation) => {
    const { status, json } = await start(evaluation);
    return { status, detail: (json as { detail: string }).detail };
  };
  return { send, start, started, complete, detailOf };
}

describe('a gate set', () => {
  const release = [{ metric: RECALL, atLeast: 0.4 }];

  it('of the model stands in the stored specification, as it is when a run is started', async () => {
    const { send, started, complete } = await opened();
    expect(await send('', { gateSets: { release } })).toMatchObject({
      json: { gateSets: { release: [{}] } },
    });
    const first = await started({ gateSet: 'release', gates: [{ metric: 'val_loss', atMost: 9 }] });
    expect(first.spec.evaluation.gates).toMatchObject([
      { metric: 'val_loss', atMost: 9 },
      { metric: RECALL, atLeast: 0.4, critical: true, set: 'release' },
    ]);
    expect((await complete(first)).gates.map(({ passed }) => passed)).toEqual([true, false]);
    // The next start of the stored specification takes the set as it is then, or keeps it where it is no more.
    await send('', { gateSets: { release: [{ ...release[0], atLeast: 0.2 }] } });
    const second = await started(first.spec.evaluation as Evaluation);
    expect(second.spec.evaluation.gates).toMatchObject([{ metric: 'val_loss' }, { atLeast: 0.2 }]);
    await send('', { gateSets: {} });
    const third = await started(second.spec.evaluation as Evaluation);
    expect(third.spec.evaluation.gates).toEqual(second.spec.evaluation.gates);
  });

  it('is there to start from, and one of the model takes its place', async () => {
    const { send, started } = await opened();
    const builtIn = await started({ gateSet: 'performance' });
    expect(builtIn.spec.evaluation.gates).toMatchObject([
      { metric: 'serving_latency_p95_ms_at_1', atMost: 100 },
      { metric: 'serving_memory_mb', atMost: 1000 },
    ]);
    await send('', { gateSets: { performance: release } });
    expect((await started({ gateSet: 'performance' })).spec.evaluation.gates).toMatchObject(release);
  });

  it('that there is not, that such a model cannot pass, or that no model can, is refused', async () => {
    const { send, detailOf } = await opened();
    expect(await detailOf({ gateSet: 'releese' })).toEqual({
      status: 400,
      detail: expect.stringContaining(
        'no gate set "releese": demo has none of its own, and built in are regression',
      ),
    });
    expect(await detailOf({ gateSet: 'regression' })).toEqual({
      status: 400,
      detail: expect.stringContaining('has no test_rmse'),
    });
    for (const [gate, why] of [
      [{ metric: 'test_recal', atLeast: 0.1 }, 'there is no test_recal'],
      [{ metric: RECALL, atLeast: 1.5 }, 'no result reaches 1.5'],
    ] as const) {
      expect(await send('', { gateSets: { release: [gate] } })).toMatchObject({
        status: 400,
        json: { detail: expect.stringContaining(why) },
      });
    }
  });
});

describe('a gate above another run', () => {
  it('has the value of that run from the start on', async () => {
    const { started, complete } = await opened();
    const first = await started({});
    await complete(first);
    const gate = { metric: RECALL, aboveRun: first.runId, minImprovement: 0.02 };
    const second = await started({ gates: [gate] });
    expect(second.spec.evaluation.gates).toMatchObject([{ aboveRun: { run: first.name, value: 0.31 } }]);
    const { gates } = await complete(second, { metrics: { [RECALL]: 0.32 } });
    expect(gates).toMatchObject([
      {
        passed: false,
        explanation: expect.stringContaining('demo#1 is 0.31; it must be above that by at least 0.02'),
      },
    ]);
  });

  it('is refused where that run is not there, not completed, or has no such value', async () => {
    const { started, complete, detailOf } = await opened();
    const above = (aboveRun: string, metric = RECALL) => detailOf({ gates: [{ metric, aboveRun }] });
    expect(await above(ABSENT)).toEqual({ status: 400, detail: expect.stringContaining(`no run ${ABSENT}`) });
    const open = await started({});
    expect((await above(open.runId)).detail).toContain('gates compare with completed runs');
    await complete(open);
    expect((await above(open.runId, 'test_recall_at_5')).detail).toContain(
      'has no test_recall_at_5 to compare with: its result has val_loss, test_recall_at_10',
    );
  });
});

describe('a missed gate that is not critical', () => {
  it('is said, and does not keep the version from promotion', async () => {
    const { send, started, complete } = await opened();
    const run = await complete(await started({ gates: [{ metric: RECALL, atLeast: 0.9, critical: false }] }));
    expect(run.gates).toMatchObject([{ passed: false, explanation: 'it is 0.31, below 0.9' }]);
    expect(await send('/versions/1/promote', { stage: 'production' })).toMatchObject({ status: 200 });
  });
});
