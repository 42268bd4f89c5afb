/** Cloud Run as far as jobs go: executions of the Job resources that the test has deployed. */
import {
  NEVER,
  StandInError,
  startGrpcStandIn,
  type GrpcFailure,
  type GrpcStandIn,
  type Message,
} from './grpcStandIn.js';

const RUN = 'google.cloud.run.v2';
const PROTOS = '@google-cloud/run/build/protos/protos.json';

export interface FakeExecution extends Message {
  name: string;
  template: { containers: { env: { name: string; value: string }[] }[] };
}

/** What becomes of a call: it fails `before` it took effect, or `after`, when only its answer is lost; or it does not. */
export interface Fault {
  when: 'before' | 'after' | 'never';
  /** No answer at all unless given. */
  failure?: GrpcFailure;
}

export class CloudRunStandIn {
  readonly executions = new Map<string, FakeExecution>();
  readonly tasks = new Map<string, Message>();
  /** Each call by its method. */
  readonly calls: { method: string; request: Message }[] = [];
  /** Taken from the front by the calls of a method, one each. */
  readonly faults: Record<string, Fault[]> = {};
  /** What `RunJob` answers instead of the execution. */
  operation: ((execution: FakeExecution) => Message) | undefined;
  /** Runs when an execution was created; in a test of the whole it starts a trainer. */
  onExecution: (
    execution: FakeExecution,
    environment: Record<string, string>,
    timeoutSeconds: number,
  ) => void = () => {};
  /** Told of a cancel; then it is for the test to end the execution, as a trainer may take its time. Ends at once unless given. */
  onCancel: ((name: string) => void) | undefined;
  private created = 0;
  private server: GrpcStandIn | undefined;

  private constructor(private readonly jobs: ReadonlySet<string>) {}

  /** With the Job resources of these names: `projects/P/locations/R/jobs/J`. */
  static async start(jobs: readonly string[]): Promise<CloudRunStandIn> {
    const standIn = new CloudRunStandIn(new Set(jobs));
    const handle = (method: string, work: (request: Message) => Message) => (request: Message) =>
      standIn.handle(method, request, work);
    standIn.server = await startGrpcStandIn(PROTOS, {
      [`${RUN}.Jobs`]: { RunJob: handle('RunJob', (request) => standIn.runJob(request)) },
      [`${RUN}.Executions`]: {
        GetExecution: handle('GetExecution', ({ name }) => standIn.execution(name)),
        ListExecutions: handle('ListExecutions', (request) => standIn.list(request)),
        CancelExecution: handle('CancelExecution', ({ name }) => standIn.cancel(name)),
      },
      [`${RUN}.Tasks`]: {
        ListTasks: handle('ListTasks', ({ parent }) => ({
          tasks: [standIn.tasks.get(String(parent))].filter(Boolean),
        })),
      },
    });
    return standIn;
  }

  get client(): GrpcStandIn['client'] {
    if (!this.server) throw new Error('it has not started');
    return this.server.client;
  }

  close(): void {
    this.server?.close();
  }

  /** As it was when it started. */
  reset(): void {
    for (const all of [this.executions, this.tasks]) all.clear();
    this.calls.length = 0;
    this.created = 0;
    for (const method of Object.keys(this.faults)) delete this.faults[method];
    this.operation = undefined;
  }

  /** Ended by a signal: by the kernel, or with the machine. */
  endKilled(name: string, termSignal: number): void {
    this.tasks.set(name, { name: `${name}/tasks/0`, lastAttemptResult: { termSignal, status: { code: 2 } } });
    const reason = { executionReason: 'NON_ZERO_EXIT_CODE' };
    this.set(name, {
      runningCount: 0,
      completionTime: timestamp(),
      failedCount: 1,
      conditions: [completed('CONDITION_FAILED', reason)],
    });
  }

  /** Changes what an execution says of itself. */
  set(name: string, changes: Message): void {
    this.executions.set(name, { ...this.execution(name), ...changes });
  }

  end(name: string, exitCode: number): void {
    const failed = exitCode !== 0;
    this.tasks.set(name, {
      name: `${name}/tasks/0`,
      lastAttemptResult: {
        exitCode,
        status: failed ? { code: 2, message: 'The container exited with an error.' } : {},
      },
    });
    this.set(name, {
      runningCount: 0,
      completionTime: timestamp(),
      ...(failed
        ? {
            failedCount: 1,
            conditions: [completed('CONDITION_FAILED', { executionReason: 'NON_ZERO_EXIT_CODE' })],
          }
        : { succeededCount: 1, conditions: [completed('CONDITION_SUCCEEDED')] }),
    });
  }

  endCancelled(name: string): void {
    this.set(name, {
      completionTime: timestamp(),
      runningCount: 0,
      cancelledCount: 1,
      conditions: [completed('CONDITION_FAILED', { executionReason: 'CANCELLED' })],
    });
  }

  private async handle(
    method: string,
    request: Message,
    work: (request: Message) => Message,
  ): Promise<Message> {
    this.calls.push({ method, request });
    const fault = this.faults[method]?.shift();
    if (fault?.when === 'before') return fail(fault);
    const response = work(request);
    return fault?.when === 'after' ? fail(fault) : response;
  }

  private runJob(request: Message): Message {
    const job = String(request['name']);
    if (!this.jobs.has(job))
      throw new StandInError({ code: 5, message: `Resource '${job}' of kind 'JOB' does not exist.` });
    const overrides = request['overrides'] as {
      timeout: { seconds: number };
      containerOverrides: { env: { name: string; value: string }[] }[];
    };
    const env = overrides.containerOverrides[0]?.env ?? [];
    const execution: FakeExecution = {
      name: `${job}/executions/e-${String(++this.created).padStart(4, '0')}`,
      createTime: { seconds: Math.floor(Date.now() / 1000), nanos: this.created * 1000 },
      job,
      template: { containers: [{ env: [{ name: 'IMAGE_SAYS', value: 'so' }, ...env] }] },
      conditions: [{ type: 'Started', state: 'CONDITION_RECONCILING', message: 'Waiting for a machine.' }],
    };
    this.executions.set(execution.name, execution);
    const environment = Object.fromEntries(env.map(({ name, value }) => [name, value]));
    this.onExecution(execution, environment, overrides.timeout.seconds);
    if (this.operation) return this.operation(execution);
    return { name: 'operations/1', done: false, metadata: this.server?.any(`${RUN}.Execution`, execution) };
  }

  private list({ parent, pageSize, pageToken }: Message): Message {
    const job = String(parent);
    if (!this.jobs.has(job))
      throw new StandInError({ code: 5, message: `Resource '${job}' of kind 'JOB' does not exist.` });
    const all = [...this.executions.values()].filter(({ name }) => name.startsWith(`${job}/`)).toReversed();
    const from = Number(pageToken || 0);
    const to = from + (Number(pageSize) || 100);
    return { executions: all.slice(from, to), nextPageToken: to < all.length ? String(to) : '' };
  }

  private execution(name: unknown): FakeExecution {
    const found = this.executions.get(String(name));
    if (!found) throw new StandInError({ code: 5, message: `Resource '${String(name)}' does not exist.` });
    return found;
  }

  private cancel(name: unknown): Message {
    const execution = this.execution(name);
    if (execution['completionTime'])
      throw new StandInError({ code: 9, message: 'The execution has completed.' });
    if (this.onCancel) this.onCancel(execution.name);
    else this.endCancelled(execution.name);
    return { name: 'operations/2', done: false, metadata: this.server?.any(`${RUN}.Execution`, execution) };
  }
}

/** The condition that tells how an execution ended. */
export function completed(state: string, parts: Message = {}): Message {
  return { type: 'Completed', state, ...parts };
}

export function timestamp(): Message {
  return { seconds: Math.floor(Date.now() / 1000), nanos: 0 };
}

export function fail({ failure }: Fault): Promise<never> {
  if (!failure) return NEVER;
  throw new StandInError(failure);
}
