/** Vertex AI as far as custom jobs go. */
import { fail, timestamp, type Fault } from './cloudRunStandIn.js';
import { StandInError, startGrpcStandIn, type GrpcStandIn, type Message } from './grpcStandIn.js';

const SERVICE = 'google.cloud.aiplatform.v1.JobService';
const PROTOS = '@google-cloud/aiplatform/build/protos/protos.json';
const ENDED = new Set([
  'JOB_STATE_SUCCEEDED',
  'JOB_STATE_FAILED',
  'JOB_STATE_CANCELLED',
  'JOB_STATE_EXPIRED',
]);

export interface FakeCustomJob extends Message {
  name: string;
  state: string | number;
  labels: Record<string, string>;
}

export class VertexStandIn {
  readonly jobs = new Map<string, FakeCustomJob>();
  /** Each call by its method. */
  readonly calls: { method: string; request: Message }[] = [];
  /** Taken from the front by the calls of a method, one each. */
  readonly faults: Record<string, Fault[]> = {};
  onJob: (job: FakeCustomJob) => void = () => {};
  private created = 0;
  private server: GrpcStandIn | undefined;

  static async start(): Promise<VertexStandIn> {
    const standIn = new VertexStandIn();
    const handle = (method: string, work: (request: Message) => Message) => (request: Message) =>
      standIn.handle(method, request, work);
    standIn.server = await startGrpcStandIn(PROTOS, {
      [SERVICE]: {
        CreateCustomJob: handle('CreateCustomJob', (request) => standIn.create(request)),
        GetCustomJob: handle('GetCustomJob', ({ name }) => standIn.job(name)),
        ListCustomJobs: handle('ListCustomJobs', (request) => standIn.list(request)),
        CancelCustomJob: handle('CancelCustomJob', ({ name }) => standIn.cancel(name)),
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
    this.jobs.clear();
    this.calls.length = 0;
    this.created = 0;
    this.onJob = () => {};
    for (const method of Object.keys(this.faults)) delete this.faults[method];
  }

  /** Changes what a job says of itself. */
  set(name: string, changes: Message): void {
    this.jobs.set(name, { ...this.job(name), ...changes });
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

  private create({ parent, customJob }: Message): Message {
    const job: FakeCustomJob = {
      ...(customJob as Omit<FakeCustomJob, 'name' | 'state'> & Message),
      labels: (customJob as FakeCustomJob).labels,
      name: `${String(parent)}/customJobs/${++this.created}`,
      state: 'JOB_STATE_QUEUED',
      createTime: { ...timestamp(), nanos: this.created * 1_000_000 },
    };
    this.jobs.set(job.name, job);
    this.onJob(job);
    return job;
  }

  /** Understands filters of the form `labels.a="b" AND labels.c="d"`. */
  private list({ parent, filter, pageSize, pageToken }: Message): Message {
    const wanted = [...String(filter).matchAll(/labels\.(\w+)="([^"]*)"/g)];
    const all = [...this.jobs.values()].filter(
      ({ name, labels }) =>
        name.startsWith(`${String(parent)}/`) &&
        wanted.every(([, key, value]) => labels[key ?? ''] === value),
    );
    const from = Number(pageToken || 0);
    const to = from + (Number(pageSize) || 100);
    return { customJobs: all.slice(from, to), nextPageToken: to < all.length ? String(to) : '' };
  }

  private job(name: unknown): FakeCustomJob {
    const found = this.jobs.get(String(name));
    if (!found) throw new StandInError({ code: 5, message: `The CustomJob ${String(name)} does not exist.` });
    return found;
  }

  private cancel(name: unknown): Message {
    const job = this.job(name);
    if (ENDED.has(String(job.state))) throw new StandInError({ code: 9, message: 'The job has ended.' });
    this.set(job.name, { state: 'JOB_STATE_CANCELLED', error: { code: 1, message: 'CANCELED' } });
    return {};
  }
}
