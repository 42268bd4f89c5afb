import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Fault } from '../../../test/support/standIns/cloudRunStandIn.js';
import type { GrpcFailure, Message } from '../../../test/support/standIns/grpcStandIn.js';
import { launchedBy } from '../../../test/support/launchedBy.js';
import { VertexStandIn } from '../../../test/support/standIns/vertexStandIn.js';
import { tierSchema } from '../../compute/tier.js';
import type { LaunchRequest } from './jobLauncher.js';
import { openVertexCustomJobLauncher, type VertexCustomJobLauncher } from './vertexCustomJobLauncher.js';

const PARENT = 'projects/shop/locations/europe-west4';
const IMAGE = 'europe-west4-docker.pkg.dev/shop/trainyard/trainer-gpu@sha256:1';
const TIER = {
  name: 't4x4-spot',
  launcher: 'vertexCustomJob',
  maxWaitSeconds: 600,
  machine: {
    region: 'europe-west4',
    machineType: 'n1-standard-32',
    cpu: 32,
    memoryGb: 120,
    accelerator: { type: 'nvidia-t4' as const, count: 4 },
    spot: true,
  },
};
const MACHINE = tierSchema.parse(TIER).machine!;

let vertex: VertexStandIn;
let launcher: VertexCustomJobLauncher;
let impatient: VertexCustomJobLauncher;

/** What a call that gets no answer is waited for. One that gets its answer has it by then on a busy machine, too. */
const IMPATIENT_MS = 1_500;
/** For calls that all get their answers. */
const open = (callMs = 60_000) =>
  openVertexCustomJobLauncher({
    projectId: 'shop',
    serviceAccount: 'trainyard-trainer@shop.iam.gserviceaccount.com',
    tiers: [
      { name: 't4x4-spot', machine: MACHINE, image: IMAGE, diskGb: 200 },
      { name: 'cpu', machine: { ...MACHINE, accelerator: null, spot: false }, image: IMAGE, diskGb: 100 },
    ],
    client: vertex.client,
    callMs,
  });

// Two for all tests, as of two processes: a client takes a while to be made.
beforeAll(async () => {
  vertex = await VertexStandIn.start();
  launcher = open();
  impatient = open(IMPATIENT_MS);
});
beforeEach(() => vertex.reset());
afterAll(async () => {
  await Promise.all([launcher.close(), impatient.close()]);
  vertex.close();
});

const RUN = 'a'.repeat(20);
const request = (parts: Partial<LaunchRequest> = {}): LaunchRequest => ({
  runId: RUN,
  attempt: 1,
  modelId: 'Shop.v2',
  tier: 't4x4-spot',
  env: { RUN_ID: RUN, ATTEMPT: '1', ARTIFACT_URI: `gs://shop-trainyard/runs/${RUN}` },
  requestedAt: new Date().toISOString(),
  timeoutSeconds: 7200,
  ...parts,
});

const after = (code?: number, message = 'lost'): Fault => ({
  when: 'after',
  ...(code !== undefined && { failure: { code, message } }),
});
const before = (code: number, message: string, reason?: string): Fault => ({
  when: 'before',
  failure: { code, message, ...(reason && { reason }) } satisfies GrpcFailure,
});
const NO_FAULT: Fault = { when: 'never' };

interface Launched {
  /** The lifecycle events of the run; none where it is tried again. */
  events: string[];
  status: string;
  /** Of the run's error, or of what was thrown. */
  says?: RegExp;
  remedy?: RegExp;
  jobs: number;
}
const launchedOnce: Launched = { events: ['launched'], status: 'provisioning', jobs: 1 };
const triedAgain = (jobs: number, says: RegExp): Launched => ({ events: [], status: 'pending', jobs, says });
const nextTier: Launched = { events: ['tierUnavailable', 'launched'], status: 'provisioning', jobs: 0 };
const refused = (says: RegExp, remedy: RegExp): Launched => ({
  events: ['launchRejected'],
  status: 'failed',
  jobs: 0,
  says,
  remedy,
});

describe('what Vertex AI answers to a launch', () => {
  it.each<[answer: string, faults: Record<string, Fault[]>, becomes: Launched]>([
    ['the job', {}, launchedOnce],
    ['CANCELLED', { CreateCustomJob: [before(1, 'cancelled')] }, triedAgain(0, /cancelled/)],
    ['CANCELLED, with the job created', { CreateCustomJob: [after(1)] }, launchedOnce],
    ['UNKNOWN', { CreateCustomJob: [before(2, 'stream removed')] }, triedAgain(0, /stream removed/)],
    ['UNKNOWN, with the job created', { CreateCustomJob: [after(2)] }, launchedOnce],
    [
      'INVALID_ARGUMENT',
      { CreateCustomJob: [before(3, 'Machine type "n1-standard-32" is not supported.')] },
      refused(/n1-standard-32/, /Vertex AI does not take tier "t4x4-spot" as it is/),
    ],
    [
      'INVALID_ARGUMENT, for the image is missing',
      { CreateCustomJob: [before(3, `Image ${IMAGE} does not exist.`)] },
      refused(/does not exist/, /build and push the trainer's image.*trainer-gpu@sha256:1/),
    ],
    [
      'INVALID_ARGUMENT, for the quota of GPUs is nought',
      { CreateCustomJob: [before(3, 'Quota limit of custom_model_training_nvidia_t4_gpus is 0')] },
      nextTier,
    ],
    ['DEADLINE_EXCEEDED', { CreateCustomJob: [before(4, 'deadline')] }, triedAgain(0, /deadline/)],
    ['DEADLINE_EXCEEDED, with the job created', { CreateCustomJob: [after(4)] }, launchedOnce],
    [
      'NOT_FOUND',
      { CreateCustomJob: [before(5, 'The location europe-west4 does not exist')] },
      refused(/does not exist/, /europe-west4/),
    ],
    ['ALREADY_EXISTS', { CreateCustomJob: [before(6, 'exists')] }, triedAgain(0, /exists/)],
    [
      'PERMISSION_DENIED',
      { CreateCustomJob: [before(7, "Permission 'aiplatform.customJobs.create' denied")] },
      refused(/customJobs.create/, /launches jobs on Vertex AI, and "Service Account User"/),
    ],
    [
      'PERMISSION_DENIED, for the API is disabled',
      { ListCustomJobs: [before(7, 'Vertex AI API has not been used', 'SERVICE_DISABLED')] },
      refused(/has not been used/, /gcloud services enable aiplatform.googleapis.com/),
    ],
    [
      'PERMISSION_DENIED, for there is no billing',
      { CreateCustomJob: [before(7, 'billing is off', 'BILLING_DISABLED')] },
      refused(/billing/, /billing account/),
    ],
    [
      'RESOURCE_EXHAUSTED, for the quota is used up',
      {
        CreateCustomJob: [
          before(
            8,
            'The following quota metrics exceed quota limits: aiplatform.googleapis.com/custom_model_training_nvidia_t4_gpus',
          ),
        ],
      },
      nextTier,
    ],
    ['RESOURCE_EXHAUSTED, without words', { CreateCustomJob: [before(8, '')] }, nextTier],
    [
      'RESOURCE_EXHAUSTED, for there were too many requests',
      { CreateCustomJob: [before(8, 'Quota exceeded: resource management requests per minute')] },
      triedAgain(0, /per minute/),
    ],
    [
      'FAILED_PRECONDITION',
      { CreateCustomJob: [before(9, 'The network is not peered')] },
      refused(/not peered/, /check its machine/),
    ],
    [
      'FAILED_PRECONDITION, for want of machines',
      {
        CreateCustomJob: [
          before(9, 'Resources are insufficient in region: europe-west4. Please try a different region.'),
        ],
      },
      nextTier,
    ],
    ['ABORTED', { CreateCustomJob: [before(10, 'conflict')] }, triedAgain(0, /conflict/)],
    ['OUT_OF_RANGE', { CreateCustomJob: [before(11, 'timeout')] }, refused(/timeout/, /check its machine/)],
    ['UNIMPLEMENTED', { CreateCustomJob: [before(12, 'no jobs')] }, refused(/no jobs/, /check its machine/)],
    ['INTERNAL', { CreateCustomJob: [before(13, 'internal')] }, triedAgain(0, /internal/)],
    ['INTERNAL, with the job created', { CreateCustomJob: [after(13)] }, launchedOnce],
    ['UNAVAILABLE', { CreateCustomJob: [before(14, 'try again')] }, triedAgain(0, /try again/)],
    ['UNAVAILABLE, with the job created', { CreateCustomJob: [after(14)] }, launchedOnce],
    [
      'UNAVAILABLE when it is looked before',
      { ListCustomJobs: [before(14, 'later')] },
      triedAgain(0, /later/),
    ],
    ['DATA_LOSS', { CreateCustomJob: [before(15, 'lost')] }, triedAgain(0, /lost/)],
    ['UNAUTHENTICATED', { CreateCustomJob: [before(16, 'no token')] }, triedAgain(0, /no token/)],
    [
      'RESOURCE_EXHAUSTED when it is looked after a lost answer',
      { CreateCustomJob: [after(14)], ListCustomJobs: [NO_FAULT, before(8, 'no more')] },
      triedAgain(1, /lost/),
    ],
    [
      'the job, and nothing useful when it is looked after it',
      { ListCustomJobs: [NO_FAULT, before(7, 'denied')] },
      launchedOnce,
    ],
  ])('%s', async (_answer, faults, becomes) => {
    Object.assign(vertex.faults, faults);
    const { dispatch } = await launchedBy(launcher, TIER);
    const { events, run, thrown } = await dispatch();
    expect({ events, status: run.status, jobs: vertex.jobs.size }).toEqual({
      events: becomes.events,
      status: becomes.status,
      jobs: becomes.jobs,
    });
    const error = run.error ?? thrown;
    if (becomes.says) expect(error?.message).toMatch(becomes.says);
    if (becomes.remedy) expect(run.error?.remedy).toMatch(becomes.remedy);
  });

  it('nothing at all within the time for a call, with the job created', async () => {
    vertex.faults['CreateCustomJob'] = [after()];
    const { dispatch } = await launchedBy(impatient, TIER);
    expect(await dispatch()).toMatchObject({ events: ['launched'], run: { status: 'provisioning' } });
    expect(vertex.jobs.size).toBe(1);
  });

  it('nothing at all, with nothing created: it is launched after the lease, once', async () => {
    vertex.faults['CreateCustomJob'] = [{ when: 'before' }];
    const { dispatch, reconcile, plane } = await launchedBy(impatient, TIER);
    expect((await dispatch()).events).toEqual([]);
    plane.pass(31);
    expect((await reconcile()).events).toEqual(['launched']);
    expect(vertex.jobs.size).toBe(1);
  });
});

const failed = (code: number, message: string): Message => ({
  state: 'JOB_STATE_FAILED',
  error: { code, message },
});

describe('what Vertex AI says of a job', () => {
  it.each<[what: string, says: Message, becomes: { events: string[]; code?: string; message?: RegExp }]>([
    ['queued', { state: 'JOB_STATE_QUEUED' }, { events: [] }],
    ['pending', { state: 'JOB_STATE_PENDING' }, { events: [] }],
    ['running', { state: 'JOB_STATE_RUNNING' }, { events: [] }],
    ['updating', { state: 'JOB_STATE_UPDATING' }, { events: [] }],
    ['paused', { state: 'JOB_STATE_PAUSED' }, { events: [] }],
    ['being cancelled', { state: 'JOB_STATE_CANCELLING' }, { events: [] }],
    ['no state', { state: 'JOB_STATE_UNSPECIFIED' }, { events: [] }],
    ['a state that is newer than this', { state: 47 }, { events: [] }],
    [
      'succeeded without a last word',
      { state: 'JOB_STATE_SUCCEEDED' },
      { events: ['lost'], code: 'trainer-lost', message: /exit code 0/ },
    ],
    [
      'succeeded in part',
      { state: 'JOB_STATE_PARTIALLY_SUCCEEDED' },
      { events: ['lost'], code: 'trainer-lost' },
    ],
    ['expired', { state: 'JOB_STATE_EXPIRED' }, { events: ['lost'], code: 'time-limit' }],
    [
      'cancelled by somebody',
      { state: 'JOB_STATE_CANCELLED', error: { code: 1, message: 'CANCELED' } },
      { events: ['lost'], code: 'job-stopped' },
    ],
    [
      'exit code 1',
      failed(
        3,
        'The replica workerpool0-0 exited with a non-zero status of 1. To find out more, see the logs.',
      ),
      { events: ['lost'], code: 'trainer-lost', message: /exit code 1$/ },
    ],
    [
      'exit code 2',
      failed(3, 'The replica workerpool0-0 exited with a non-zero status of 2.'),
      { events: ['launchRejected'], code: 'trainer-rejected' },
    ],
    [
      'exit code 75',
      failed(3, 'The replica workerpool0-0 exited with a non-zero status of 75.'),
      { events: ['lost'], code: 'trainer-lost', message: /exit code 75$/ },
    ],
    [
      'out of memory',
      failed(
        8,
        'The replica workerpool0-0 ran out-of-memory and exited with a non-zero status of 137(SIGKILL).',
      ),
      { events: ['lost'], code: 'out-of-memory', message: /out-of-memory/ },
    ],
    [
      'preempted',
      failed(10, 'The job was preempted by Compute Engine.'),
      { events: ['lost'], code: 'preempted', message: /preempted/ },
    ],
    [
      'no machines',
      failed(
        14,
        'Resources are insufficient in region: europe-west4. Please try a different region or use a different accelerator.',
      ),
      { events: ['tierUnavailable'] },
    ],
    [
      'no quota',
      failed(
        8,
        'The following quota metrics exceed quota limits: aiplatform.googleapis.com/custom_model_training_nvidia_t4_gpus',
      ),
      { events: ['tierUnavailable'] },
    ],
    ['RESOURCE_EXHAUSTED without words', failed(8, ''), { events: ['tierUnavailable'] }],
    [
      'no image',
      failed(5, `Failed to pull image ${IMAGE}: manifest unknown`),
      { events: ['launchRejected'], code: 'image-not-found' },
    ],
    [
      'no right to the image',
      failed(
        7,
        'Vertex AI Service Agent does not have permission to access Artifact Registry repository projects/shop/locations/europe-west4/repositories/trainyard.',
      ),
      { events: ['launchRejected'], code: 'image-denied' },
    ],
    [
      'no right to run as the service account',
      failed(7, 'Unable to act as the service account.'),
      { events: ['launchRejected'], code: 'permission-denied' },
    ],
    ['the time limit', failed(4, 'The job timed out.'), { events: ['lost'], code: 'time-limit' }],
    [
      'an error of its own',
      failed(13, 'Internal error encountered.'),
      { events: ['lost'], code: 'platform-error', message: /Internal error/ },
    ],
    [
      'an error without a word',
      { state: 'JOB_STATE_FAILED' },
      { events: ['lost'], code: 'platform-error', message: /JOB_STATE_FAILED/ },
    ],
  ])('%s', async (_what, says, becomes) => {
    const { dispatch, reconcile, plane } = await launchedBy(launcher, TIER);
    const name = (await dispatch()).run.job!.name;
    vertex.set(name, says);
    plane.pass(10);
    const { events, run, thrown } = await reconcile();
    expect(thrown).toBeUndefined();
    expect({ events, code: run.error?.code }).toEqual({ events: becomes.events, code: becomes.code });
    if (becomes.message) expect(run.error?.message).toMatch(becomes.message);
  });

  it('nothing: it knows no such job', async () => {
    const { dispatch, reconcile } = await launchedBy(launcher, TIER);
    await dispatch();
    vertex.jobs.clear();
    expect((await reconcile()).run.error).toMatchObject({ code: 'trainer-lost' });
    expect(await launcher.inspect('run-1')).toEqual({ state: 'unknown' });
  });

  it('nothing, for it is unreachable: the run stays as it is', async () => {
    const { dispatch, reconcile } = await launchedBy(launcher, TIER);
    await dispatch();
    vertex.faults['GetCustomJob'] = [before(14, 'try again')];
    expect(await reconcile()).toMatchObject({ events: [], run: { status: 'provisioning' } });
  });

  it('queued for too long: the next tier gets the run, and the job is cancelled', async () => {
    const { dispatch, reconcile, plane } = await launchedBy(launcher, TIER);
    const name = (await dispatch()).run.job!.name;
    plane.pass(601);
    expect((await reconcile()).run).toMatchObject({ tierIndex: 1, attempt: 2, retriesUsed: 0 });
    expect(vertex.jobs.get(name)?.state).toBe('JOB_STATE_CANCELLED');
  });
});

describe('one attempt has one CustomJob', () => {
  it('with the machine, GPUs, image, limits and labels of its tier, and no restarts of the platform’s own', async () => {
    const { name } = await launcher.launch(request());
    expect(name).toBe(`${PARENT}/customJobs/1`);
    const sent = vertex.calls.find(({ method }) => method === 'CreateCustomJob')?.request;
    expect(sent).toMatchObject({
      parent: PARENT,
      customJob: {
        displayName: `trainyard Shop.v2 ${RUN} attempt 1`,
        labels: { app: 'trainyard', run: RUN, attempt: '1', model: 'shop-v2', tier: 't4x4-spot' },
        jobSpec: {
          workerPoolSpecs: [
            {
              machineSpec: {
                machineType: 'n1-standard-32',
                acceleratorType: 'NVIDIA_TESLA_T4',
                acceleratorCount: 4,
              },
              replicaCount: 1,
              diskSpec: { bootDiskType: 'pd-ssd', bootDiskSizeGb: 200 },
              containerSpec: {
                imageUri: IMAGE,
                env: expect.arrayContaining([{ name: 'RUN_ID', value: RUN }]) as unknown,
              },
            },
          ],
          scheduling: { timeout: { seconds: 7200 }, strategy: 'SPOT', disableRetries: true },
          serviceAccount: 'trainyard-trainer@shop.iam.gserviceaccount.com',
          baseOutputDirectory: { outputUriPrefix: `gs://shop-trainyard/runs/${RUN}/vertex` },
        },
      },
    });
  });

  it('without GPU, and at the full price, where the tier says so', async () => {
    await launcher.launch(request({ tier: 'cpu' }));
    const job = vertex.calls.find(({ method }) => method === 'CreateCustomJob')?.request['customJob'];
    expect(job).toMatchObject({ jobSpec: { scheduling: { strategy: 'STANDARD' } } });
    expect(JSON.stringify(job)).not.toContain('acceleratorType');
  });

  it('when it is launched again after a crash before the launch was recorded', async () => {
    const { dispatch, reconcile, plane } = await launchedBy(launcher, TIER);
    vertex.onJob = () => plane.store.failNextCommits();
    expect((await dispatch()).events).toEqual([]);
    vertex.onJob = () => {};
    plane.pass(31);
    expect(await reconcile()).toMatchObject({
      events: ['launched'],
      run: { job: { name: `${PARENT}/customJobs/1` } },
    });
    expect(vertex.jobs.size).toBe(1);
  });

  it('in the end, when processes race without a lease: all keep the older one', async () => {
    const third = open();
    onTestFinished(() => third.close());
    const names = await Promise.all([launcher, impatient, third].map((racing) => racing.launch(request())));
    expect(new Set(names.map(({ name }) => name))).toEqual(new Set([`${PARENT}/customJobs/1`]));
    const alive = [...vertex.jobs.values()].filter(({ state }) => state !== 'JOB_STATE_CANCELLED');
    expect(alive.map(({ name }) => name)).toEqual([`${PARENT}/customJobs/1`]);
  });

  it('and another attempt, or another run, another one', async () => {
    await launcher.launch(request());
    await launcher.launch(request());
    await launcher.launch(request({ attempt: 2 }));
    await launcher.launch(request({ runId: 'b'.repeat(20) }));
    expect(vertex.jobs.size).toBe(3);
  });

  it('unless its tier is none of Vertex AI', async () => {
    await expect(launcher.launch(request({ tier: 'gone' }))).rejects.toThrow('none of Vertex AI');
  });
});

describe('cancelling a CustomJob', () => {
  it('may be asked for again, and of what is not there', async () => {
    const { name } = await launcher.launch(request());
    for (const which of [name, name, `${PARENT}/customJobs/99`, 'run-1', '']) await launcher.cancel(which);
    expect(await launcher.inspect(name)).toMatchObject({ state: 'ended', exitCode: null });
  });

  it('fails where the platform does', async () => {
    const { name } = await launcher.launch(request());
    vertex.faults['CancelCustomJob'] = [before(14, 'try again')];
    await expect(launcher.cancel(name)).rejects.toThrow('try again');
  });
});
