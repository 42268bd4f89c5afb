import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  CloudRunStandIn,
  completed,
  timestamp,
  type Fault,
} from '../../../test/support/standIns/cloudRunStandIn.js';
import type { GrpcFailure, Message } from '../../../test/support/standIns/grpcStandIn.js';
import { launchedBy } from '../../../test/support/launchedBy.js';
import { openCloudRunJobsLauncher, type CloudRunJobsLauncher } from './cloudRunJobsLauncher.js';
import type { LaunchRequest } from './jobLauncher.js';

const JOB = 'projects/shop/locations/europe-west4/jobs/trainyard-l4';
const TIER = {
  name: 'l4',
  launcher: 'cloudRunJobs',
  maxWaitSeconds: 600,
  maxAttemptSeconds: 3600,
  machine: { region: 'europe-west4', cpu: 4, memoryGb: 16, accelerator: { type: 'nvidia-l4' as const } },
};

let cloudRun: CloudRunStandIn;
let launcher: CloudRunJobsLauncher;

/** What a call that gets no answer is waited for. One that gets its answer has it by then on a busy machine, too. */
const IMPATIENT_MS = 1_500;
/** For calls that all get their answers. */
const open = (callMs = 60_000) =>
  openCloudRunJobsLauncher({
    projectId: 'shop',
    tiers: [{ name: 'l4', region: 'europe-west4', jobName: 'trainyard-l4' }],
    client: cloudRun.client,
    callMs,
  });

/** Another process, or one with less patience. */
function another(callMs?: number): CloudRunJobsLauncher {
  const opened = open(callMs);
  onTestFinished(() => opened.close());
  return opened;
}

// One for all tests: the clients take a while to be made.
beforeAll(async () => {
  cloudRun = await CloudRunStandIn.start([JOB]);
  launcher = open();
});
beforeEach(() => cloudRun.reset());
afterAll(async () => {
  await launcher.close();
  cloudRun.close();
});

const request = (parts: Partial<LaunchRequest> = {}): LaunchRequest => ({
  runId: 'a'.repeat(20),
  attempt: 1,
  modelId: 'shop',
  tier: 'l4',
  env: {
    RUN_ID: parts.runId ?? 'a'.repeat(20),
    ATTEMPT: String(parts.attempt ?? 1),
    RUN_SECRET: 'whsec_c2VjcmV0',
  },
  requestedAt: new Date().toISOString(),
  timeoutSeconds: 3600,
  ...parts,
});

const after = (failure?: GrpcFailure): Fault => ({ when: 'after', ...(failure && { failure }) });
const before = (code: number, message: string, reason?: string): Fault => ({
  when: 'before',
  failure: { code, message, ...(reason && { reason }) },
});

const NO_FAULT: Fault = { when: 'never' };

interface Launched {
  /** The lifecycle events of the run; none where it is tried again. */
  events: string[];
  status: string;
  /** Of the run's error, or of what was thrown. */
  says?: RegExp;
  remedy?: RegExp;
  /** How many executions there are. */
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

describe('what Cloud Run answers to a launch', () => {
  it.each<[answer: string, faults: Record<string, Fault[]>, becomes: Launched]>([
    ['the execution', {}, launchedOnce],
    [
      'CANCELLED, with nothing started',
      { RunJob: [before(1, 'cancelled')] },
      triedAgain(0, /gave no useful answer, and is asked again: .*cancelled/),
    ],
    ['CANCELLED, with the job started', { RunJob: [after({ code: 1, message: 'cancelled' })] }, launchedOnce],
    ['UNKNOWN', { RunJob: [before(2, 'stream removed')] }, triedAgain(0, /stream removed/)],
    [
      'UNKNOWN, with the job started',
      { RunJob: [after({ code: 2, message: 'stream removed' })] },
      launchedOnce,
    ],
    [
      'INVALID_ARGUMENT',
      { RunJob: [before(3, 'overrides.timeout must be at most 3600 s')] },
      refused(/at most 3600 s/, /Cloud Run does not take tier "l4" as it is/),
    ],
    ['DEADLINE_EXCEEDED', { RunJob: [before(4, 'deadline exceeded')] }, triedAgain(0, /deadline/)],
    [
      'DEADLINE_EXCEEDED, with the job started',
      { RunJob: [after({ code: 4, message: 'late' })] },
      launchedOnce,
    ],
    [
      'NOT_FOUND for the Job resource',
      { ListExecutions: [before(5, `Resource '${JOB}' of kind 'JOB' does not exist.`)] },
      refused(/does not exist/, /no Cloud Run Job "trainyard-l4" in europe-west4.*trainyard deploy/),
    ],
    ['ALREADY_EXISTS', { RunJob: [before(6, 'exists')] }, triedAgain(0, /exists/)],
    [
      'PERMISSION_DENIED',
      { RunJob: [before(7, "Permission 'run.jobs.runWithOverrides' denied", 'IAM_PERMISSION_DENIED')] },
      refused(/runWithOverrides/, /role that launches jobs on Cloud Run/),
    ],
    [
      'PERMISSION_DENIED, for the API is disabled',
      { ListExecutions: [before(7, 'Cloud Run Admin API has not been used', 'SERVICE_DISABLED')] },
      refused(/has not been used/, /gcloud services enable run.googleapis.com/),
    ],
    [
      'PERMISSION_DENIED, for the API is disabled, in words only',
      {
        RunJob: [
          before(
            7,
            'Cloud Run Admin API has not been used in project 7 before or it is disabled. Enable it.',
          ),
        ],
      },
      refused(/disabled/, /gcloud services enable run.googleapis.com/),
    ],
    [
      'PERMISSION_DENIED, for there is no billing',
      { RunJob: [before(7, 'This API method requires billing to be enabled.', 'BILLING_DISABLED')] },
      refused(/billing/, /billing account/),
    ],
    ['RESOURCE_EXHAUSTED', { RunJob: [before(8, 'no GPUs left')] }, nextTier],
    [
      'RESOURCE_EXHAUSTED, for the quota of GPUs is used up',
      { RunJob: [before(8, 'Quota exceeded for total allowable count of GPUs per project per region.')] },
      nextTier,
    ],
    [
      'RESOURCE_EXHAUSTED, for there were too many requests',
      {
        RunJob: [
          before(
            8,
            "Quota exceeded for quota metric 'Run job requests' and limit 'per minute'",
            'RATE_LIMIT_EXCEEDED',
          ),
        ],
      },
      triedAgain(0, /per minute/),
    ],
    [
      'FAILED_PRECONDITION',
      { RunJob: [before(9, 'the Job is not ready')] },
      refused(/not ready/, /check its machine/),
    ],
    [
      'FAILED_PRECONDITION, for the image is missing',
      { RunJob: [before(9, "Image 'europe-docker.pkg.dev/shop/trainyard/trainer-gpu:1' not found.")] },
      refused(/trainer-gpu:1/, /build and push the trainer's image/),
    ],
    ['FAILED_PRECONDITION, for want of machines', { RunJob: [before(9, 'insufficient capacity')] }, nextTier],
    ['ABORTED', { RunJob: [before(10, 'the Job is being changed')] }, triedAgain(0, /being changed/)],
    ['OUT_OF_RANGE', { RunJob: [before(11, 'taskCount')] }, refused(/taskCount/, /check its machine/)],
    ['UNIMPLEMENTED', { RunJob: [before(12, 'no jobs here')] }, refused(/no jobs here/, /europe-west4/)],
    ['INTERNAL', { RunJob: [before(13, 'internal error')] }, triedAgain(0, /internal error/)],
    [
      'INTERNAL, with the job started',
      { RunJob: [after({ code: 13, message: 'internal error' })] },
      launchedOnce,
    ],
    ['UNAVAILABLE', { RunJob: [before(14, 'try again')] }, triedAgain(0, /try again/)],
    ['UNAVAILABLE, with the job started', { RunJob: [after({ code: 14, message: 'reset' })] }, launchedOnce],
    [
      'UNAVAILABLE when it is looked before',
      { ListExecutions: [before(14, 'try again')] },
      triedAgain(0, /try again/),
    ],
    ['DATA_LOSS', { RunJob: [before(15, 'lost')] }, triedAgain(0, /lost/)],
    ['UNAUTHENTICATED', { RunJob: [before(16, 'no token')] }, triedAgain(0, /no token/)],
    [
      'RESOURCE_EXHAUSTED when it is looked before: a job may be there, so no other tier is tried',
      { ListExecutions: [before(8, 'no GPUs left')] },
      triedAgain(0, /no GPUs left/),
    ],
    [
      'RESOURCE_EXHAUSTED when it is looked after a lost answer',
      {
        RunJob: [after({ code: 14, message: 'reset' })],
        ListExecutions: [NO_FAULT, before(8, 'no GPUs left')],
      },
      triedAgain(1, /reset/),
    ],
    [
      'the execution, and nothing useful when it is looked after it',
      { ListExecutions: [NO_FAULT, before(7, 'denied')] },
      launchedOnce,
    ],
    [
      'an answer that quotes the secret',
      { RunJob: [before(3, 'bad value whsec_c2VjcmV0 of RUN_SECRET')] },
      refused(/bad value whsec_… of/, /./),
    ],
  ])('%s', async (_answer, faults, becomes) => {
    Object.assign(cloudRun.faults, faults);
    const { dispatch } = await launchedBy(launcher, TIER);
    const { events, run, thrown } = await dispatch();
    expect({ events, status: run.status, jobs: cloudRun.executions.size }).toEqual({
      events: becomes.events,
      status: becomes.status,
      jobs: becomes.jobs,
    });
    const error = run.error ?? thrown;
    if (becomes.says) expect(error?.message).toMatch(becomes.says);
    if (becomes.remedy) expect(run.error?.remedy).toMatch(becomes.remedy);
    expect(JSON.stringify([run, thrown?.message])).not.toContain('c2VjcmV0');
  });

  it('nothing at all within the time for a call, with the job started', async () => {
    cloudRun.faults['RunJob'] = [after()];
    const { dispatch } = await launchedBy(another(IMPATIENT_MS), TIER);
    expect(await dispatch()).toMatchObject({ events: ['launched'], run: { status: 'provisioning' } });
    expect(cloudRun.executions.size).toBe(1);
  });

  it('nothing at all, with nothing started: it is launched after the lease, once', async () => {
    cloudRun.faults['RunJob'] = [{ when: 'before' }];
    const { dispatch, reconcile, plane } = await launchedBy(another(IMPATIENT_MS), TIER);
    expect((await dispatch()).events).toEqual([]);
    expect((await reconcile()).events).toEqual([]);
    plane.pass(31);
    expect(await reconcile()).toMatchObject({ events: ['launched'], run: { status: 'provisioning' } });
    expect(cloudRun.executions.size).toBe(1);
  });

  it('an operation that has failed already', async () => {
    cloudRun.operation = () => ({
      name: 'operations/1',
      done: true,
      error: { code: 8, message: 'no GPUs left' },
    });
    const { dispatch } = await launchedBy(launcher, TIER);
    expect((await dispatch()).events).toEqual(['tierUnavailable', 'launched']);
  });

  it('an operation that does not name its execution, which is looked for', async () => {
    cloudRun.operation = () => ({ name: 'operations/1', done: false });
    const { dispatch } = await launchedBy(launcher, TIER);
    expect((await dispatch()).run.job?.name).toBe(`${JOB}/executions/e-0001`);
  });
});

interface Seen {
  state: Message;
  task?: Message;
}
const failedWith = (parts: Message, task?: Message): Seen => ({
  state: { completionTime: timestamp(), failedCount: 1, conditions: [completed('CONDITION_FAILED', parts)] },
  ...(task && { task: { name: 't', lastAttemptResult: task } }),
});

describe('what Cloud Run says of an execution', () => {
  it.each<[state: string, seen: Seen, becomes: { events: string[]; code?: string; says?: RegExp }]>([
    ['not started yet', { state: {} }, { events: [] }],
    ['running', { state: { runningCount: 1 } }, { events: [] }],
    [
      'started, by its condition alone',
      { state: { conditions: [{ type: 'Started', state: 'CONDITION_SUCCEEDED' }] } },
      { events: [] },
    ],
    [
      'a condition of a type that is new',
      { state: { conditions: [{ type: 'Brewing', state: 2 }] } },
      { events: [] },
    ],
    [
      'succeeded without a last word',
      { state: { completionTime: timestamp(), succeededCount: 1 } },
      { events: ['lost'], code: 'trainer-lost', says: /exit code 0/ },
    ],
    [
      'exit code 1',
      failedWith(
        { executionReason: 'NON_ZERO_EXIT_CODE' },
        { exitCode: 1, status: { code: 2, message: 'exited' } },
      ),
      { events: ['lost'], code: 'trainer-lost', says: /exit code 1$/ },
    ],
    [
      'exit code 2',
      failedWith({ executionReason: 'NON_ZERO_EXIT_CODE' }, { exitCode: 2 }),
      { events: ['launchRejected'], code: 'trainer-rejected' },
    ],
    [
      'exit code 75',
      failedWith({ executionReason: 'NON_ZERO_EXIT_CODE', message: 'Task failed' }, { exitCode: 75 }),
      { events: ['lost'], code: 'trainer-lost', says: /exit code 75$/ },
    ],
    [
      'out of memory',
      failedWith(
        { executionReason: 'NON_ZERO_EXIT_CODE' },
        {
          termSignal: 9,
          status: { code: 2, message: 'Memory limit of 16384 MiB exceeded with 16400 MiB used.' },
        },
      ),
      { events: ['lost'], code: 'out-of-memory', says: /16384 MiB/ },
    ],
    [
      'the time limit',
      failedWith({ message: 'Terminating task because it has reached the maximum timeout of 3600 seconds.' }),
      { events: ['lost'], code: 'time-limit', says: /3600 seconds/ },
    ],
    ['PROGRESS_DEADLINE_EXCEEDED', failedWith({ reason: 4 }), { events: ['lost'], code: 'time-limit' }],
    ['CANCELLED', failedWith({ executionReason: 'CANCELLED' }), { events: ['lost'], code: 'job-stopped' }],
    ['DELETED', failedWith({ executionReason: 'DELETED' }), { events: ['lost'], code: 'job-stopped' }],
    [
      'cancelled, by its count alone',
      { state: { completionTime: timestamp(), cancelledCount: 1 } },
      { events: ['lost'], code: 'job-stopped' },
    ],
    [
      'CONTAINER_MISSING, before it has completed',
      { state: { conditions: [completed('CONDITION_FAILED', { reason: 6, message: 'no such image' })] } },
      { events: ['launchRejected'], code: 'image-not-found', says: /no such image/ },
    ],
    [
      'CONTAINER_PERMISSION_DENIED',
      failedWith({ reason: 7 }),
      { events: ['launchRejected'], code: 'image-denied' },
    ],
    [
      'CONTAINER_IMAGE_UNAUTHORIZED',
      failedWith({ reason: 8 }),
      { events: ['launchRejected'], code: 'image-denied' },
    ],
    [
      'ENCRYPTION_KEY_CHECK_FAILED',
      failedWith({ reason: 11 }),
      { events: ['launchRejected'], code: 'permission-denied' },
    ],
    [
      'SECRETS_ACCESS_CHECK_FAILED',
      failedWith({ reason: 12 }),
      { events: ['launchRejected'], code: 'secret-denied' },
    ],
    [
      'VPC_NETWORK_NOT_FOUND',
      failedWith({ reason: 17 }),
      { events: ['launchRejected'], code: 'invalid-request' },
    ],
    [
      'INTERNAL',
      failedWith({ reason: 16, message: 'internal' }),
      { events: ['lost'], code: 'platform-error' },
    ],
    [
      'a reason that is new',
      failedWith({ reason: 99, message: 'too sunny' }),
      { events: ['lost'], code: 'platform-error', says: /too sunny/ },
    ],
    [
      'a signal',
      failedWith({}, { termSignal: 9 }),
      { events: ['lost'], code: 'platform-error', says: /signal 9/ },
    ],
    [
      'no GPU in the end',
      failedWith({ message: 'The request failed: insufficient resources in the zone.' }),
      { events: ['tierUnavailable'] },
    ],
    [
      'a task that ended for its deadline',
      failedWith({}, { status: { code: 4, message: '' } }),
      { events: ['lost'], code: 'time-limit' },
    ],
  ])('%s', async (_state, { state, task }, becomes) => {
    const { dispatch, reconcile, plane } = await launchedBy(launcher, TIER);
    const name = (await dispatch()).run.job!.name;
    cloudRun.set(name, state);
    if (task) cloudRun.tasks.set(name, task);
    plane.pass(10);
    const { events, run, thrown } = await reconcile();
    expect(thrown).toBeUndefined();
    expect({ events, code: run.error?.code }).toEqual({ events: becomes.events, code: becomes.code });
    if (becomes.says) expect(run.error?.message).toMatch(becomes.says);
    if (becomes.code && !becomes.code.startsWith('trainer')) expect(run.error?.remedy).toBeTruthy();
  });

  it('nothing of its task, for the account may not look: the end is known all the same', async () => {
    const { dispatch, reconcile } = await launchedBy(launcher, TIER);
    cloudRun.end((await dispatch()).run.job!.name, 1);
    cloudRun.faults['ListTasks'] = [before(7, "Permission 'run.tasks.list' denied")];
    const { events, run } = await reconcile();
    expect({ events, code: run.error?.code }).toEqual({ events: ['lost'], code: 'trainer-lost' });
  });

  it('nothing: it knows no such execution', async () => {
    const { dispatch, reconcile } = await launchedBy(launcher, TIER);
    await dispatch();
    cloudRun.executions.clear();
    expect((await reconcile()).run.error).toMatchObject({ code: 'trainer-lost' });
    expect(await launcher.inspect('run-1')).toEqual({ state: 'unknown' });
  });

  it('nothing, for it is unreachable: the run stays as it is', async () => {
    const { dispatch, reconcile } = await launchedBy(launcher, TIER);
    await dispatch();
    cloudRun.faults['GetExecution'] = [before(14, 'try again')];
    expect(await reconcile()).toMatchObject({ events: [], run: { status: 'provisioning' } });
  });

  it('waiting for too long: the next tier gets the run, told what the platform says, and the execution is cancelled', async () => {
    const { dispatch, reconcile, plane } = await launchedBy(launcher, TIER);
    await dispatch();
    plane.pass(601);
    const { run } = await reconcile();
    expect(run).toMatchObject({ tierIndex: 1, attempt: 2, retriesUsed: 0 });
    expect(cloudRun.calls.filter(({ method }) => method === 'CancelExecution')).toHaveLength(1);
    expect(await launcher.inspect(`${JOB}/executions/e-0001`)).toMatchObject({
      state: 'ended',
      problem: { code: 'job-stopped' },
    });
  });
});

describe('one attempt has one execution', () => {
  it('with the environment added to that of the image, the time limit, and one task', async () => {
    const { name } = await launcher.launch(request({ timeoutSeconds: 1800 }));
    expect(name).toBe(`${JOB}/executions/e-0001`);
    const sent = cloudRun.calls.find(({ method }) => method === 'RunJob')?.request;
    expect(sent).toMatchObject({
      name: JOB,
      overrides: {
        taskCount: 1,
        timeout: { seconds: 1800 },
        containerOverrides: [{ env: expect.arrayContaining([{ name: 'ATTEMPT', value: '1' }]) as unknown }],
      },
    });
  });

  it('when it is launched again, by another process, after a crash before the launch was recorded', async () => {
    const { dispatch, reconcile, plane, runId } = await launchedBy(launcher, TIER);
    cloudRun.onExecution = () => plane.store.failNextCommits();
    const first = await dispatch();
    expect(first.events).toEqual([]);
    cloudRun.onExecution = () => {};
    plane.pass(31);
    expect((await reconcile()).events).toEqual(['launched']);
    expect((await another().launch(request({ runId }))).name).toBe(`${JOB}/executions/e-0001`);
    expect(cloudRun.executions.size).toBe(1);
  });

  it('when it is launched several times at once in one process', async () => {
    const names = await Promise.all([1, 2, 3].map(() => launcher.launch(request())));
    expect(new Set(names.map(({ name }) => name)).size).toBe(1);
    expect(cloudRun.executions.size).toBe(1);
  });

  it('in the end, when two processes race without a lease: both keep the older one', async () => {
    const names = await Promise.all(
      [another(), another(), another()].map((racing) => racing.launch(request())),
    );
    expect(new Set(names.map(({ name }) => name))).toEqual(new Set([`${JOB}/executions/e-0001`]));
    const alive = [...cloudRun.executions.values()].filter((execution) => !execution['completionTime']);
    expect(alive.map(({ name }) => name)).toEqual([`${JOB}/executions/e-0001`]);
  });

  it('and another attempt, or another run, another one', async () => {
    await launcher.launch(request());
    await launcher.launch(request({ attempt: 2 }));
    await launcher.launch(request({ runId: 'b'.repeat(20) }));
    expect(cloudRun.executions.size).toBe(3);
  });

  it('that is found on a later page, and not looked for in the time before the run', async () => {
    const first = await launcher.launch(request());
    for (let attempt = 2; attempt <= 103; attempt++) {
      cloudRun.executions.set(`${JOB}/executions/f-${attempt}`, {
        ...cloudRun.executions.get(first.name)!,
        name: `${JOB}/executions/f-${attempt}`,
        template: { containers: [{ env: [{ name: 'RUN_ID', value: 'other' }] }] },
      });
    }
    cloudRun.calls.length = 0;
    expect(await another().launch(request())).toEqual(first);
    expect(cloudRun.calls.map(({ method }) => method)).toEqual(['ListExecutions', 'ListExecutions']);
    cloudRun.calls.length = 0;
    const later = new Date(Date.now() + 3_600_000).toISOString();
    await another().launch(request({ runId: 'c'.repeat(20), requestedAt: later }));
    expect(cloudRun.calls.map(({ method }) => method)).toEqual([
      'ListExecutions',
      'RunJob',
      'ListExecutions',
    ]);
  });
});

describe('cancelling an execution', () => {
  it('may be asked for again, and of what is not there', async () => {
    const { name } = await launcher.launch(request());
    for (const which of [name, name, `${JOB}/executions/none`, 'run-1', '']) await launcher.cancel(which);
    expect(await launcher.inspect(name)).toMatchObject({ state: 'ended', exitCode: null });
  });

  it('fails where the platform does', async () => {
    const { name } = await launcher.launch(request());
    cloudRun.faults['CancelExecution'] = [before(14, 'try again')];
    await expect(launcher.cancel(name)).rejects.toThrow('try again');
  });
});
