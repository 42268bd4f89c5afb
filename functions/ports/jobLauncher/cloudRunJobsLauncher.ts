/**
 * Jobs as executions of Cloud Run Jobs: one Job resource a tier, for a GPU, its size and image belong to the Job; the environment
 * and the time limit to the execution (google/cloud/run/v2/job.proto). An execution takes no labels and no request id: it is found
 * again by the variables RUN_ID and ATTEMPT of its container.
 */
import type { ClientOptions } from './clientOptions.js';
import { z } from 'zod';
import {
  environmentOf,
  executionSchema,
  hasEnded,
  stateOf,
  taskSchema,
  type Execution,
  type Task,
} from './cloudRunExecution.js';
import { GRPC, grpcCode, stopUnlessOver } from './grpcProblem.js';
import { LaunchRejectedError, type JobLauncher, type JobState, type LaunchRequest } from './jobLauncher.js';
import { attemptLauncher, type StartedJob } from './launchOnce.js';
import type { JobPlace } from './platformProblem.js';
import { listOf } from './protoValues.js';

/** Where the jobs of a tier run. */
export interface CloudRunTier {
  name: string;
  region: string;
  /** Of the Job resource, without its path. */
  jobName: string;
}

export interface CloudRunJobsOptions {
  projectId: string;
  tiers: readonly CloudRunTier[];
  /** How long one call may take, in milliseconds: all calls of a launch together must be over before its lease is. */
  callMs?: number;
  /** Of Google's clients: an endpoint, credentials. The machine's own unless given. */
  client?: ClientOptions;
}

const SERVICE = 'run.googleapis.com';
const NAME = /^projects\/[^/]+\/locations\/([^/]+)\/jobs\/([^/]+)\/executions\/[^/]+$/;
const PAGE = 100;
/** What the platform's clock and ours may differ. */
const CLOCKS_DIFFER_MS = 5 * 60_000;
const CALL_MS = 10_000;

const pageSchema = z.object({ nextPageToken: z.string().nullish() });
const operationSchema = z.object({
  error: z.object({ code: z.number(), message: z.string() }).nullish(),
});

export function openCloudRunJobsLauncher(options: CloudRunJobsOptions): CloudRunJobsLauncher {
  return new CloudRunJobsLauncher(options);
}

export class CloudRunJobsLauncher implements JobLauncher {
  private opened: ReturnType<typeof openClients> | undefined;
  private readonly launchAttempt = attemptLauncher();
  private readonly call: { timeout: number; maxRetries: number };

  constructor(private readonly options: CloudRunJobsOptions) {
    // A launch is never repeated by the client: that is for who can look first.
    this.call = { timeout: options.callMs ?? CALL_MS, maxRetries: 0 };
  }

  async launch(request: LaunchRequest): Promise<{ name: string }> {
    const tier = this.tier(request.tier);
    const jobs = {
      find: () => this.find(tier, request),
      start: () => this.start(tier, request),
      stop: (execution: string) => this.cancel(execution),
    };
    return this.launchAttempt(request, jobs, placeOf(tier));
  }

  async inspect(name: string): Promise<JobState> {
    const [, region, jobName] = NAME.exec(name) ?? [];
    if (region === undefined || jobName === undefined) return { state: 'unknown' };
    const { executions } = await this.clients();
    let execution: Execution;
    try {
      execution = executionSchema.parse((await executions.getExecution({ name }, this.call))[0]);
    } catch (error) {
      if (grpcCode(error) === GRPC.NOT_FOUND) return { state: 'unknown' };
      throw error;
    }
    const known = this.options.tiers.find((tier) => tier.jobName === jobName && tier.region === region);
    const place = placeOf(known ?? { name: jobName, region, jobName });
    const mustTell = hasEnded(execution) && execution.succeededCount === 0;
    const task = mustTell ? await this.taskOf(name) : undefined;
    return stateOf(execution, task, place);
  }

  /** The exit code and signal are here alone. An account that may not look, or a task that is gone, leaves them unknown. */
  private async taskOf(execution: string): Promise<Task | undefined> {
    const { tasks } = await this.clients();
    try {
      const request = { parent: execution, pageSize: 1 };
      const [found] = await tasks.listTasks(request, { ...this.call, autoPaginate: false });
      return listOf(taskSchema).parse(found)[0];
    } catch (error) {
      const code = grpcCode(error);
      if (code === GRPC.PERMISSION_DENIED || code === GRPC.NOT_FOUND) return undefined;
      throw error;
    }
  }

  async cancel(name: string): Promise<void> {
    if (!NAME.test(name)) return;
    const { executions } = await this.clients();
    await stopUnlessOver(() => executions.cancelExecution({ name }, this.call));
  }

  /** Closes the connections; for tests and hosts that end. */
  async close(): Promise<void> {
    if (!this.opened) return;
    const clients = await this.opened;
    await Promise.all(Object.values(clients).map((client) => client.close()));
  }

  /** Newest first, and no further back than the run is old. */
  private async find(
    tier: CloudRunTier,
    { runId, attempt, requestedAt }: LaunchRequest,
  ): Promise<StartedJob[]> {
    const { executions } = await this.clients();
    const since = new Date(Date.parse(requestedAt) - CLOCKS_DIFFER_MS).toISOString();
    const found: StartedJob[] = [];
    let pageToken = '';
    for (;;) {
      const request = { parent: this.jobPath(tier), pageSize: PAGE, pageToken };
      const [listed, , raw] = await executions.listExecutions(request, { ...this.call, autoPaginate: false });
      const page = listOf(executionSchema).parse(listed);
      for (const execution of page) {
        if (environmentOf(execution, 'RUN_ID') !== runId) continue;
        if (environmentOf(execution, 'ATTEMPT') !== String(attempt)) continue;
        found.push({ name: execution.name, createdAt: execution.createTime });
      }
      pageToken = pageSchema.parse(raw ?? {}).nextPageToken ?? '';
      const last = page.at(-1)?.createTime;
      if (pageToken === '' || (last && last < since)) return found;
    }
  }

  private async start(
    tier: CloudRunTier,
    { env, timeoutSeconds, ...request }: LaunchRequest,
  ): Promise<StartedJob> {
    const { jobs } = await this.clients();
    const [operation] = await jobs.runJob(
      {
        name: this.jobPath(tier),
        overrides: {
          taskCount: 1,
          timeout: { seconds: timeoutSeconds },
          containerOverrides: [{ env: Object.entries(env).map(([name, value]) => ({ name, value })) }],
        },
      },
      this.call,
    );
    const { error } = operationSchema.parse(operation.latestResponse);
    if (error) throw Object.assign(new Error(error.message), { code: error.code });
    const started = executionSchema.safeParse(operation.metadata);
    if (started.success) return { name: started.data.name, createdAt: started.data.createTime };
    const [found] = await this.find(tier, { env, timeoutSeconds, ...request });
    if (found) return found;
    throw new Error('the platform accepted the job and did not say its name');
  }

  private jobPath({ region, jobName }: CloudRunTier): string {
    return `projects/${this.options.projectId}/locations/${region}/jobs/${jobName}`;
  }

  private tier(name: string): CloudRunTier {
    const tier = this.options.tiers.find((candidate) => candidate.name === name);
    if (tier) return tier;
    throw new LaunchRejectedError(
      `tier "${name}" is none of Cloud Run Jobs`,
      'set its launcher and machine in TRAINYARD_TIERS',
    );
  }

  private clients(): ReturnType<typeof openClients> {
    this.opened ??= openClients(this.options).catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }
}

function placeOf({ name, region, jobName }: CloudRunTier): JobPlace {
  return {
    platform: 'Cloud Run',
    service: SERVICE,
    tier: name,
    region,
    subject: `Cloud Run Job "${jobName}"`,
  };
}

/** Loaded when the first job is launched or looked at: the clients are heavy. */
async function openClients({ projectId, client }: CloudRunJobsOptions) {
  const [{ JobsClient }, { ExecutionsClient }, { TasksClient }] = await Promise.all([
    import('@google-cloud/run/build/src/v2/jobs_client.js'),
    import('@google-cloud/run/build/src/v2/executions_client.js'),
    import('@google-cloud/run/build/src/v2/tasks_client.js'),
  ]);
  const options = { projectId, ...client };
  return {
    jobs: new JobsClient(options),
    executions: new ExecutionsClient(options),
    tasks: new TasksClient(options),
  };
}
