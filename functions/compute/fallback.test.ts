import { describe, expect, it, onTestFinished } from 'vitest';
import { CloudRunStandIn } from '../../test/support/standIns/cloudRunStandIn.js';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { VertexStandIn } from '../../test/support/standIns/vertexStandIn.js';
import { configFromEnvironment } from '../config.js';
import type { ControlPlane } from '../controlPlane.js';
import { dispatch } from '../runs/dispatch.js';
import { reconcileRun } from '../runs/reconcile.js';
import { openCloudLaunchers } from './cloudLaunchers.js';

const PROJECT = 'shop';
const JOB = `projects/${PROJECT}/locations/europe-west4/jobs`;
const QUOTA = {
  code: 8,
  message: 'The following quota metrics exceed quota limits: custom_model_training_nvidia_t4_gpus',
};
const SPENT = { when: 'before' as const, failure: QUOTA };

/** The ready-made tiers of a deployment, over both platforms. */
async function deployment() {
  const cloudRun = await CloudRunStandIn.start([`${JOB}/trainyard-run-l4`, `${JOB}/trainyard-run-cpu`]);
  const vertex = await VertexStandIn.start();
  onTestFinished(() => {
    cloudRun.close();
    vertex.close();
  });
  const config = configFromEnvironment({
    GOOGLE_CLOUD_PROJECT: PROJECT,
    TRAINYARD_PUBLIC_URL: 'https://trainyard.example',
    TRAINYARD_MASTER_SECRET: 'a-master-secret-that-only-tests-know',
    TRAINYARD_TRAINER_SERVICE_ACCOUNT: 'trainyard-trainer@shop.iam.gserviceaccount.com',
    TRAINYARD_TRAINER_IMAGE_GPU: 'trainer-gpu',
  });
  const plane = await testControlPlane({ tiers: config.tiers });
  const launchers = openCloudLaunchers(config, {
    cloudRunJobs: cloudRun.client,
    vertexCustomJob: vertex.client,
  });
  const cp: ControlPlane = { ...plane, launchers };
  const wait = async (seconds: number) => {
    plane.pass(seconds);
    await reconcileRun(cp, runId);
    await dispatch(cp, runId);
  };
  const { runId } = await plane.request();
  await dispatch(cp, runId);
  const run = () => plane.run(runId);
  return { cloudRun, vertex, run, wait };
}

describe('the ready-made tiers', () => {
  it('give way to one another: where a machine does not come in time, where the quota is spent, where there is none', async () => {
    const { cloudRun, vertex, run, wait } = await deployment();
    expect((await run()).job).toMatchObject({
      tier: 'run-l4',
      name: `${JOB}/trainyard-run-l4/executions/e-0001`,
    });

    // Cloud Run has no L4 within its 5 minutes; the quotas of L4 and T4 are spent, spot and full price alike; of V100
    // there is a spot machine.
    vertex.faults['CreateCustomJob'] = Array.from({ length: 6 }, () => SPENT);
    await wait(301);
    expect(await run()).toMatchObject({
      status: 'provisioning',
      attempt: 2,
      retriesUsed: 0,
      job: { tier: 'v100x4-spot' },
    });
    expect(cloudRun.executions.get(`${JOB}/trainyard-run-l4/executions/e-0001`)).toMatchObject({
      cancelledCount: 1,
    });

    // It is created, and then there is no machine for it.
    const name = (await run()).job?.name ?? '';
    const message = 'Resources are insufficient in region: europe-west4. Please try a different region.';
    vertex.set(name, { state: 'JOB_STATE_FAILED', error: { code: 14, message } });
    await wait(60);
    expect(await run()).toMatchObject({ attempt: 3, retriesUsed: 0, job: { tier: 'v100x4' } });

    // All the other machines are out: the one without GPU takes it.
    vertex.faults['CreateCustomJob'] = Array.from({ length: 4 }, () => SPENT);
    await wait(901);
    expect(await run()).toMatchObject({ attempt: 4, retriesUsed: 0, job: { tier: 'run-cpu' } });
    expect(vertex.jobs.size).toBe(2);

    // Nor does that one come.
    await wait(301);
    const { status, error } = await run();
    expect({ status, code: error?.code }).toEqual({ status: 'failed', code: 'no-capacity' });
    expect(error?.message).toContain(
      'run-cpu: no machine within 300 s (the platform says: Waiting for a machine.)',
    );
  });

  it('go on from a spot machine that was taken back on the same tier, as the next attempt', async () => {
    const { vertex, run, wait } = await deployment();
    await wait(301);
    expect((await run()).job).toMatchObject({ tier: 'l4-spot' });
    const name = (await run()).job?.name ?? '';
    vertex.set(name, {
      state: 'JOB_STATE_FAILED',
      error: { code: 10, message: 'The machine was preempted.' },
    });
    await wait(60);
    expect(await run()).toMatchObject({
      status: 'pending',
      attempt: 3,
      retriesUsed: 1,
      error: { code: 'preempted' },
    });
    await wait(60);
    expect(await run()).toMatchObject({ status: 'provisioning', attempt: 3, job: { tier: 'l4-spot' } });
  });
});
