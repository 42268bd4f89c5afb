/** The answers of Google's APIs for a project in which nothing is wrong, made of what the Terraform module reads. */
import { pageHeaders } from '@trainyard/shared/page/pageHeaders';
import { hostingConfiguration } from '../../../cloudbuild/plan/hosting.js';
import { defaultTiers } from '../../../functions/compute/defaultTiers.js';
import { tierSchema } from '../../../functions/compute/tier.js';
import { readInfrastructure, type Permission } from '../../../local/doctor/infrastructure.js';
import type { Answer } from './standIn.js';

export const ID = 'shop-prod';
export const NUMBER = '123456789012';
export const REGION = 'europe-west4';
export const NOW = new Date('2026-07-01T12:00:00Z');

const email = (account: string) => `${account}@${ID}.iam.gserviceaccount.com`;
const AGENTS: Record<string, string> = { pubsub: 'gcp-sa-pubsub', secretmanager: 'gcp-sa-secretmanager' };
const member = (account: string) =>
  `serviceAccount:${AGENTS[account] ? `service-${NUMBER}@${AGENTS[account]}.iam.gserviceaccount.com` : email(account)}`;
const role = (name: string) => (name.startsWith('roles/') ? name : `projects/${ID}/roles/${name}`);
const url = (name: string) => `https://${name}-${NUMBER}.${REGION}.run.app`;

const PAGE = `https://${ID}.web.app`;

const policy = (entries: readonly Permission[]) => ({
  bindings: entries.map((entry) => ({ role: role(entry.role), members: [member(entry.account)] })),
});

const POLICIES: Record<string, (name: string) => string> = {
  project: () => `cloudresourcemanager.googleapis.com/v3/projects/${ID}:getIamPolicy`,
  topic: (name) => `pubsub.googleapis.com/v1/projects/${ID}/topics/${name}:getIamPolicy`,
  secret: (name) => `secretmanager.googleapis.com/v1/projects/${ID}/secrets/${name}:getIamPolicy`,
  account: (name) => `iam.googleapis.com/v1/projects/${ID}/serviceAccounts/${email(name)}:getIamPolicy`,
  function: (name) =>
    `run.googleapis.com/v2/projects/${ID}/locations/${REGION}/services/${name}:getIamPolicy`,
  bucket: () => `storage.googleapis.com/storage/v1/b/${ID}-trainyard/iam`,
  repository: () =>
    `artifactregistry.googleapis.com/v1/projects/${ID}/locations/${REGION}/repositories/trainyard:getIamPolicy`,
};

export async function healthyProject(): Promise<Map<string, Answer>> {
  const own = await readInfrastructure();
  const answers = new Map<string, Answer>();
  const put = (name: string, body: unknown) => void answers.set(name, { body });

  put(`cloudresourcemanager.googleapis.com/v3/projects/${ID}`, {
    name: `projects/${NUMBER}`,
    state: 'ACTIVE',
  });
  put(`serviceusage.googleapis.com/v1/projects/${ID}/services`, {
    services: Object.keys(own.apis).map((name) => ({ config: { name } })),
  });
  const accounts = [...new Set(own.permissions.map(({ account }) => account))];
  put(`iam.googleapis.com/v1/projects/${ID}/serviceAccounts`, {
    accounts: accounts.filter((account) => !AGENTS[account]).map((account) => ({ email: email(account) })),
  });
  for (const [name, { permissions }] of Object.entries(own.roles))
    put(`iam.googleapis.com/v1/projects/${ID}/roles/${name}`, { includedPermissions: permissions });
  for (const on of new Set(own.permissions.map((entry) => entry.on))) {
    const [kind = '', name = ''] = on.split(':');
    const entries = own.permissions.filter((entry) => entry.on === on);
    const path = POLICIES[kind];
    if (path) put(path(name), policy(entries));
  }
  put(`storage.googleapis.com/storage/v1/b/${ID}-trainyard`, {
    iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: 'enforced' },
    lifecycle: {
      rule: [{ action: { type: 'Delete' }, condition: { age: 30, matchesPrefix: ['cache/ingest/'] } }],
    },
  });
  pubsub(put, own.subscriptions);
  put(`cloudscheduler.googleapis.com/v1/projects/${ID}/locations/${REGION}/jobs/trainyard-reconcile`, {
    state: 'ENABLED',
    schedule: '* * * * *',
    httpTarget: {
      uri: `${url('trainyard-reconcile')}/`,
      oidcToken: { serviceAccountEmail: email('trainyard-push') },
    },
    lastAttemptTime: '2026-07-01T11:59:30Z',
    status: {},
  });
  const secret = `secretmanager.googleapis.com/v1/projects/${ID}/secrets/trainyard-master-secret`;
  put(secret, { rotation: { rotationPeriod: '7776000s' } });
  put(`${secret}/versions`, { versions: [{ name: 'versions/1', createTime: '2026-06-01T12:00:00Z' }] });
  firestore(put, own);
  const repository = `artifactregistry.googleapis.com/v1/projects/${ID}/locations/${REGION}/repositories/trainyard`;
  put(repository, { name: 'trainyard' });
  put(`${repository}/packages`, {
    packages: ['trainer-gpu', 'trainer-cpu'].map((name) => ({ name: `packages/${name}` })),
  });
  for (const tier of defaultTiers(REGION).filter(({ launcher }) => launcher === 'cloudRunJobs'))
    put(`run.googleapis.com/v2/projects/${ID}/locations/${REGION}/jobs/trainyard-${tier.name}`, jobOf(tier));
  put(`cloudfunctions.googleapis.com/v2/projects/${ID}/locations/${REGION}/functions`, {
    functions: deployed(),
  });
  hosted(answers, put);
  quotas(put);
  put(`monitoring.googleapis.com/v3/projects/${ID}/alertPolicies`, {
    alertPolicies: [
      { displayName: 'Trainyard: failed runs', enabled: true, notificationChannels: ['channels/1'] },
    ],
  });
  return answers;
}

type Put = (name: string, body: unknown) => void;

function pubsub(
  put: Put,
  subscriptions: Record<string, { topic: string; types: string[]; attributes: string[] }>,
): void {
  const topics = [...new Set(Object.values(subscriptions).map(({ topic }) => topic))];
  const at = `pubsub.googleapis.com/v1/projects/${ID}`;
  put(`${at}/topics`, {
    topics: topics
      .flatMap((name) => [name, `${name}-dead-letters`])
      .map((name) => ({ name: `projects/${ID}/topics/${name}` })),
  });
  for (const topic of topics)
    put(`${at}/subscriptions/${topic}-dead-letters-kept`, {
      topic: `projects/${ID}/topics/${topic}-dead-letters`,
    });
  for (const [name, { topic, types, attributes }] of Object.entries(subscriptions)) {
    const own = `trainyard-${name}`;
    put(`${at}/subscriptions/${own}`, {
      topic: `projects/${ID}/topics/${topic}`,
      state: 'ACTIVE',
      filter: [
        ...types.map((type) => `attributes.type = "${type}"`),
        ...attributes.map((attribute) => `attributes:${attribute}`),
      ].join(' OR '),
      ackDeadlineSeconds: 180,
      pushConfig: {
        pushEndpoint: `${url(own)}/projects/${ID}/topics/${topic}`,
        oidcToken: { serviceAccountEmail: email('trainyard-push'), audience: url(own) },
      },
      deadLetterPolicy: {
        deadLetterTopic: `projects/${ID}/topics/${topic}-dead-letters`,
        maxDeliveryAttempts: 5,
      },
    });
  }
}

function firestore(put: Put, { indexes, rules }: Awaited<ReturnType<typeof readInfrastructure>>): void {
  const database = `firestore.googleapis.com/v1/projects/${ID}/databases/(default)`;
  put(database, { type: 'FIRESTORE_NATIVE', deleteProtectionState: 'DELETE_PROTECTION_ENABLED' });
  put(`${database}/collectionGroups/-/indexes`, {
    indexes: indexes.map(({ collectionGroup, fields }, i) => ({
      name: `projects/${ID}/databases/(default)/collectionGroups/${collectionGroup}/indexes/${i}`,
      state: 'READY',
      fields: [...fields, { fieldPath: '__name__', order: 'ASCENDING' }],
    })),
  });
  put(`firebaserules.googleapis.com/v1/projects/${ID}/releases/cloud.firestore`, {
    rulesetName: `projects/${ID}/rulesets/abc`,
  });
  put(`firebaserules.googleapis.com/v1/projects/${ID}/rulesets/abc`, {
    source: { files: [{ name: 'firestore.rules', content: rules }] },
  });
}

function jobOf(input: Parameters<typeof tierSchema.parse>[0]) {
  const tier = tierSchema.parse(input);
  const gpu = tier.machine?.accelerator;
  return {
    template: {
      template: {
        containers: [
          {
            image: `${REGION}-docker.pkg.dev/${ID}/trainyard/trainer-${gpu ? 'gpu' : 'cpu'}@sha256:abc`,
            resources: {
              limits: { cpu: '8', memory: '32Gi', ...(gpu && { 'nvidia.com/gpu': String(gpu.count) }) },
            },
          },
        ],
        timeout: `${tier.maxAttemptSeconds}s`,
        serviceAccount: email('trainyard-trainer'),
        ...(gpu && { nodeSelector: { accelerator: gpu.type } }),
      },
    },
  };
}

function deployed() {
  const names = ['api', 'webhooks', 'dispatch', 'notify', 'retrain', 'summaries', 'sweeps', 'reconcile'];
  return names.map((name) => ({
    name: `projects/${ID}/locations/${REGION}/functions/trainyard-${name}`,
    state: 'ACTIVE',
    buildConfig: { runtime: 'nodejs24' },
    serviceConfig: {
      serviceAccountEmail: email(`trainyard-${name}`),
      timeoutSeconds: 120,
      environmentVariables: {
        GOOGLE_CLOUD_PROJECT: ID,
        TRAINYARD_PUBLIC_URL: url('trainyard-webhooks'),
        TRAINYARD_AUTH: 'platform',
        ...(name === 'api' && {
          TRAINYARD_ALLOWED_ORIGINS: PAGE,
          TRAINYARD_STREAM_ORIGIN: url('trainyard-api'),
        }),
        TRAINYARD_TRAINER_SERVICE_ACCOUNT: email('trainyard-trainer'),
        TRAINYARD_TRAINER_IMAGE_GPU: `${REGION}-docker.pkg.dev/${ID}/trainyard/trainer-gpu:1`,
        TRAINYARD_TRAINER_IMAGE_CPU: `${REGION}-docker.pkg.dev/${ID}/trainyard/trainer-cpu:1`,
      },
      secretEnvironmentVariables: ['webhooks', 'dispatch', 'reconcile'].includes(name)
        ? [{ key: 'TRAINYARD_MASTER_SECRET', secret: 'trainyard-master-secret', version: '1' }]
        : [],
    },
  }));
}

function hosted(answers: Map<string, Answer>, put: Put): void {
  const sources = { streamOrigin: url('trainyard-api') };
  const { headers, rewrites } = hostingConfiguration(ID, REGION, sources);
  const config = {
    headers: headers.map(({ source, headers: own }) => ({
      glob: source,
      headers: Object.fromEntries(own.map(({ key, value }) => [key, value])),
    })),
    rewrites: rewrites.map(({ source, ...to }) => ({
      glob: source,
      ...('run' in to ? { run: to.run } : { path: to.destination }),
    })),
  };
  put(`firebasehosting.googleapis.com/v1beta1/sites/${ID}/releases`, { releases: [{ version: { config } }] });
  answers.set(`${ID}.web.app/`, { body: 'the page', headers: { ...pageHeaders(sources) } });
  put(`${ID}.web.app/api/sign-in`, { by: 'token', firebase: null, ...sources });
}

function quotas(put: Put): void {
  const at = `cloudquotas.googleapis.com/v1/projects/${NUMBER}/locations/global/services`;
  const info = (names: object) => ({
    ...names,
    dimensionsInfos: [{ dimensions: { region: REGION }, details: { value: '8' } }],
  });
  put(`${at}/run.googleapis.com/quotaInfos`, {
    quotaInfos: [info({ quotaId: 'NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion' })],
  });
  put(`${at}/aiplatform.googleapis.com/quotaInfos`, {
    quotaInfos: ['', 'preemptible_'].flatMap((kind) =>
      ['t4', 'v100', 'l4'].map((gpu) =>
        info({ metric: `aiplatform.googleapis.com/custom_model_training_${kind}nvidia_${gpu}_gpus` }),
      ),
    ),
  });
}
