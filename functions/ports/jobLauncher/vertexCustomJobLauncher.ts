/**
 * Jobs as CustomJobs of Vertex AI: machine, GPUs, image and time limit go with each request
 * (google/cloud/aiplatform/v1/custom_job.proto). A request has no id: a job is found again by its labels `run` and `attempt`.
 */
import type { JobServiceClient } from '@google-cloud/aiplatform/build/src/v1/job_service_client.js';
import type { AcceleratorType, Machine } from '@trainyard/shared';
import { z } from 'zod';
import type { ClientOptions } from './clientOptions.js';
import { GRPC, grpcCode, stopUnlessOver } from './grpcProblem.js';
import { LaunchRejectedError, type JobLauncher, type JobState, type LaunchRequest } from './jobLauncher.js';
import { attemptLauncher, type StartedJob } from './launchOnce.js';
import type { JobPlace } from './platformProblem.js';
import { listOf } from './protoValues.js';
import { customJobSchema, stateOf } from './vertexJob.js';

/** What the jobs of a tier run on. */
export interface VertexTier {
  name: string;
  machine: Machine;
  /** Of the container. */
  image: string;
  diskGb: number;
}

export interface VertexCustomJobOptions {
  projectId: string;
  tiers: readonly VertexTier[];
  /** What the jobs run as. */
  serviceAccount: string;
  /** How long one call may take, in milliseconds: all calls of a launch together must be over before its lease is. */
  callMs?: number;
  /** Of Google's client: an endpoint, credentials. The machine's own, at the tier's region, unless given. */
  client?: ClientOptions;
}

const SERVICE = 'aiplatform.googleapis.com';
const NAME = /^projects\/[^/]+\/locations\/([^/]+)\/customJobs\/[^/]+$/;
const CALL_MS = 10_000;
const PAGE = 100;
/** Of the disk, besides its size (custom_job.proto: DiskSpec). */
const DISK = 'pd-ssd';

/** The names of accelerator_type.proto. */
const ACCELERATOR_TYPES = {
  'nvidia-t4': 'NVIDIA_TESLA_T4',
  'nvidia-v100': 'NVIDIA_TESLA_V100',
  'nvidia-l4': 'NVIDIA_L4',
  'nvidia-a100-40gb': 'NVIDIA_TESLA_A100',
  'nvidia-a100-80gb': 'NVIDIA_A100_80GB',
  'nvidia-h100-80gb': 'NVIDIA_H100_80GB',
} as const satisfies Record<AcceleratorType, string>;

const pageSchema = z.object({ nextPageToken: z.string().nullish() });

export function openVertexCustomJobLauncher(options: VertexCustomJobOptions): VertexCustomJobLauncher {
  return new VertexCustomJobLauncher(options);
}

export class VertexCustomJobLauncher implements JobLauncher {
  /** One client a region: each region has its own endpoint. */
  private readonly opened = new Map<string, Promise<JobServiceClient>>();
  private readonly launchAttempt = attemptLauncher();
  private readonly call: { timeout: number; maxRetries: number };

  constructor(private readonly options: VertexCustomJobOptions) {
    // A launch is never repeated by the client: that is for who can look first.
    this.call = { timeout: options.callMs ?? CALL_MS, maxRetries: 0 };
  }

  async launch(request: LaunchRequest): Promise<{ name: string }> {
    const tier = this.tier(request.tier);
    const jobs = {
      find: () => this.find(tier, request),
      start: () => this.start(tier, request),
      stop: (name: string) => this.cancel(name),
    };
    return this.launchAttempt(request, jobs, placeOf(tier));
  }

  async inspect(name: string): Promise<JobState> {
    const region = NAME.exec(name)?.[1];
    if (region === undefined) return { state: 'unknown' };
    const client = await this.client(region);
    try {
      const job = customJobSchema.parse((await client.getCustomJob({ name }, this.call))[0]);
      const tier = this.options.tiers.find(
        (candidate) => labelValue(candidate.name) === job.labels?.['tier'],
      );
      return stateOf(job, tier ? placeOf(tier) : { ...PLACE, tier: 'unknown', region, subject: name });
    } catch (error) {
      if (grpcCode(error) === GRPC.NOT_FOUND) return { state: 'unknown' };
      throw error;
    }
  }

  async cancel(name: string): Promise<void> {
    const region = NAME.exec(name)?.[1];
    if (region === undefined) return;
    const client = await this.client(region);
    await stopUnlessOver(() => client.cancelCustomJob({ name }, this.call));
  }

  /** Closes the connections; for tests and hosts that end. */
  async close(): Promise<void> {
    await Promise.all([...this.opened.values()].map(async (client) => (await client).close()));
  }

  private async find({ machine }: VertexTier, { runId, attempt }: LaunchRequest): Promise<StartedJob[]> {
    const client = await this.client(machine.region);
    const filter = `labels.run="${runId}" AND labels.attempt="${attempt}"`;
    const found: StartedJob[] = [];
    let pageToken = '';
    do {
      const request = { parent: this.parent(machine.region), filter, pageSize: PAGE, pageToken };
      const [listed, , raw] = await client.listCustomJobs(request, { ...this.call, autoPaginate: false });
      for (const { name, createTime } of listOf(customJobSchema).parse(listed)) {
        found.push({ name, createdAt: createTime });
      }
      pageToken = pageSchema.parse(raw ?? {}).nextPageToken ?? '';
    } while (pageToken !== '');
    return found;
  }

  private async start(tier: VertexTier, request: LaunchRequest): Promise<StartedJob> {
    const { region } = tier.machine;
    const client = await this.client(region);
    const customJob = jobOf(tier, this.options.serviceAccount, request);
    const [created] = await client.createCustomJob({ parent: this.parent(region), customJob }, this.call);
    const { name, createTime } = customJobSchema.parse(created);
    return { name, createdAt: createTime };
  }

  private parent(region: string): string {
    return `projects/${this.options.projectId}/locations/${region}`;
  }

  private tier(name: string): VertexTier {
    const tier = this.options.tiers.find((candidate) => candidate.name === name);
    if (tier) return tier;
    throw new LaunchRejectedError(
      `tier "${name}" is none of Vertex AI`,
      'set its launcher and machine in TRAINYARD_TIERS',
    );
  }

  private client(region: string): Promise<JobServiceClient> {
    const known = this.opened.get(region);
    if (known) return known;
    const opening = openClient(region, this.options).catch((error: unknown) => {
      this.opened.delete(region);
      throw error;
    });
    this.opened.set(region, opening);
    return opening;
  }
}

const PLACE = { platform: 'Vertex AI', service: SERVICE } as const;

function placeOf({ name, machine, image }: VertexTier): JobPlace {
  return { ...PLACE, tier: name, region: machine.region, subject: `image ${image}` };
}

/**
 * The job as it is asked for. The platform's own restarts are off: a restarted container would be the same attempt again, beside
 * the one that we launch from the checkpoint.
 */
function jobOf(tier: VertexTier, serviceAccount: string, request: LaunchRequest) {
  const { runId, attempt, modelId, env, timeoutSeconds } = request;
  const { machineType, accelerator, spot } = tier.machine;
  const output = env['ARTIFACT_URI'];
  return {
    displayName: `trainyard ${modelId} ${runId} attempt ${attempt}`,
    labels: {
      app: 'trainyard',
      run: runId,
      attempt: String(attempt),
      model: labelValue(modelId),
      tier: labelValue(tier.name),
    },
    jobSpec: {
      workerPoolSpecs: [
        {
          machineSpec: {
            machineType,
            ...(accelerator && {
              acceleratorType: ACCELERATOR_TYPES[accelerator.type],
              acceleratorCount: accelerator.count,
            }),
          },
          replicaCount: 1,
          diskSpec: { bootDiskType: DISK, bootDiskSizeGb: tier.diskGb },
          containerSpec: {
            imageUri: tier.image,
            env: Object.entries(env).map(([name, value]) => ({ name, value })),
          },
        },
      ],
      scheduling: {
        timeout: { seconds: timeoutSeconds },
        strategy: spot ? ('SPOT' as const) : ('STANDARD' as const),
        restartJobOnWorkerRestart: false,
        disableRetries: true,
      },
      serviceAccount,
      // What the platform itself writes of a job lies beside what the run leaves.
      ...(output?.startsWith('gs://') && { baseOutputDirectory: { outputUriPrefix: `${output}/vertex` } }),
    },
  };
}

/** Labels have lower-case letters, digits, "_" and "-", 63 of them at most. */
function labelValue(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '-')
    .slice(0, 63);
}

/** Loaded when the first job is launched or looked at: the client is heavy. */
async function openClient(
  region: string,
  { projectId, client }: VertexCustomJobOptions,
): Promise<JobServiceClient> {
  const sdk = await import('@google-cloud/aiplatform/build/src/v1/job_service_client.js');
  return new sdk.JobServiceClient({ projectId, apiEndpoint: `${region}-${SERVICE}`, ...client });
}
