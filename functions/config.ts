import { priceOverridesSchema } from '@trainyard/shared';
import { z } from 'zod';
import { defaultTiers } from './compute/defaultTiers.js';
import { deploymentSchema, type Deployment } from './compute/deployment.js';
import { tierSchema, type Tier } from './compute/tier.js';
import { notificationsSchema, readNotifications } from './notify/channels.js';
import { ROLES } from './roles.js';

export { tierSchema, type Tier };
export type { Deployment };

/** Whose ID tokens are accepted, for whom they must be meant, and where the keys are that sign them (RFC 7517). */
export const tokenIssuerSchema = z.strictObject({
  issuer: z.string().min(1),
  audience: z.string().min(1),
  keysUrl: z.url({ protocol: /^https?$/ }),
});
export type TokenIssuer = z.infer<typeof tokenIssuerSchema>;

/** What a caller may do, by the verified e-mail address or the subject of the token. */
export const memberSchema = z.strictObject({
  role: z.enum(ROLES),
  teams: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/))
    .max(30)
    .default([]),
});

const masterSecret = z.string().min(32, 'must have at least 32 characters');

/** The BigQuery dataset that keeps the history of runs; without an endpoint, Google's. */
export const historySchema = z.strictObject({
  projectId: z.string().min(1),
  dataset: z.string().regex(/^\w{1,1024}$/, 'must be letters, digits and underscores'),
  apiEndpoint: z.url({ protocol: /^https?$/ }).optional(),
});

/** What all runs together may cost in a month of UTC. Models may have limits of their own. */
export const budgetSchema = z.strictObject({
  monthlyUsd: z.number().min(0).nullable().default(null),
  /** Of runs that are open when their budget is spent; none is started then. */
  whenSpent: z.enum(['finish', 'stop']).default('finish'),
});

export const configSchema = z
  .strictObject({
    /** Where trainers reach the callbacks, without a slash at the end. */
    publicUrl: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/$/, '')),
    /** Callback keys are derived from it. Null in functions that neither launch nor hear trainers: they are not given it. */
    masterSecret: masterSecret.nullable().default(null),
    /** Master secrets from before a rotation: trainers launched with them are still heard, nothing new is derived from them. */
    formerMasterSecrets: z.array(masterSecret).max(5).default([]),
    /**
     * Who may call the API. `loopback`: whoever is on this machine, where the host listens on loopback only. `platform`: whoever
     * passes the platform's own invoker check, where the functions are deployed without public access. `tokens`: who brings an ID
     * token of one of `tokenIssuers` and has a role. `none`: nobody.
     */
    auth: z.enum(['loopback', 'platform', 'tokens', 'none']).default('none'),
    tokenIssuers: z.array(tokenIssuerSchema).default([]),
    /** The service account that trainers run as: their callbacks must carry its ID token. Null: the signature is enough. */
    trainerIdentity: tokenIssuerSchema.extend({ email: z.email() }).nullable().default(null),
    /** Roles of people whose tokens carry none. */
    members: z.record(z.string().min(1), memberSchema).default({}),
    tiers: z
      .array(tierSchema)
      .min(1)
      .max(20)
      .refine(
        (tiers) => new Set(tiers.map(({ name }) => name)).size === tiers.length,
        'two tiers have the same name: runs could not tell them apart',
      ),
    /** Where the data stages run as a job of their own, unless a specification says otherwise; null: one job does all. */
    prepareTier: z.string().min(1).max(63).nullable().default(null),
    /** Prices that go before those of the table. */
    prices: priceOverridesSchema.default([]),
    budget: budgetSchema.prefault({}),
    /** How long a dispatcher may take to launch before another one tries. */
    leaseSeconds: z.int().min(1).default(60),
    /** Events and pending runs younger than this are left to whoever made them. */
    settleSeconds: z.number().min(0).default(5),
    /** Who hears how runs end. */
    notifications: notificationsSchema.prefault({}),
    /** No history is kept unless given. */
    history: historySchema.optional(),
  })
  .refine(
    ({ auth, tokenIssuers: issuers }) => auth !== 'tokens' || issuers.length > 0,
    'auth "tokens" needs somebody who issues them: set TRAINYARD_FIREBASE_PROJECT or TRAINYARD_GOOGLE_AUDIENCE',
  )
  .refine(
    ({ prepareTier, tiers }) => prepareTier === null || tiers.some(({ name }) => name === prepareTier),
    {
      path: ['prepareTier'],
      message: 'is no tier of the deployment: name one of tiers, or leave it out (TRAINYARD_PREPARE_TIER)',
    },
  );
export type Config = z.infer<typeof configSchema>;

/** The functions that derive callback keys, or check what is signed with them: no other is given the master secret. */
export const NEED_MASTER_SECRET = ['dispatch', 'reconcile', 'webhooks'] as const;

const variablesSchema = z.object({
  GOOGLE_CLOUD_PROJECT: z.string().min(1),
  TRAINYARD_PUBLIC_URL: z.string(),
  TRAINYARD_MASTER_SECRET: z.string().optional(),
  /** The platform's own: which function this is. */
  FUNCTION_TARGET: z.string().optional(),
  /** Separated by blanks. */
  TRAINYARD_FORMER_MASTER_SECRETS: z.string().optional(),
  TRAINYARD_AUTH: z.string().optional(),
  /** The Firebase project whose users may call. */
  TRAINYARD_FIREBASE_PROJECT: z.string().min(1).optional(),
  /** The audience that Google-signed ID tokens must be meant for: an OAuth client id, or the address of this service. */
  TRAINYARD_GOOGLE_AUDIENCE: z.string().min(1).optional(),
  /** The e-mail address of the service account that trainers run as, where their callbacks must carry its ID token. */
  TRAINYARD_TRAINER_SERVICE_ACCOUNT: z.string().min(1).optional(),
  /** JSON: roles by e-mail address or subject. */
  TRAINYARD_MEMBERS: z.string().optional(),
  /** `dataset` or `project.dataset`. */
  TRAINYARD_HISTORY_DATASET: z.string().min(1).optional(),
  /** JSON: the list of channels that hear how runs end. */
  TRAINYARD_NOTIFICATIONS: z.string().optional(),
  /** Where people look at a run, with `{runId}` in it. */
  TRAINYARD_RUN_URL: z.string().optional(),
  /** JSON: the list of tiers; those of `defaultTiers` unless given. */
  TRAINYARD_TIERS: z.string().optional(),
  /** USD that all runs together may cost in a month of UTC. */
  TRAINYARD_MONTHLY_BUDGET_USD: z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'must be an amount in US dollars, such as 500')
    .optional(),
  /** `finish` or `stop`: what becomes of open runs when their month's budget is spent. */
  TRAINYARD_BUDGET_ACTION: z.enum(['finish', 'stop']).optional(),
  /** The tier where the data stages run as a job of their own; with none, one job does all. */
  TRAINYARD_PREPARE_TIER: z.string().optional(),
  /** JSON: prices that go before those of the table. */
  TRAINYARD_PRICES: z.string().optional(),
  /** Of the functions, and of tiers that do not say otherwise. */
  TRAINYARD_REGION: z.string().default('europe-west4'),
  /** Where specifications, artifacts and the cache lie; `PROJECT-trainyard` unless given. */
  TRAINYARD_BUCKET: z.string().optional(),
  /** Containers of the jobs on Vertex AI, with and without GPU. */
  TRAINYARD_TRAINER_IMAGE_GPU: z.string().optional(),
  TRAINYARD_TRAINER_IMAGE_CPU: z.string().optional(),
  /** Of a collector that takes OTLP over HTTP. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  /** `host:port`, named as Google's own clients name them. */
  FIRESTORE_EMULATOR_HOST: z.string().optional(),
  PUBSUB_EMULATOR_HOST: z.string().optional(),
  STORAGE_EMULATOR_HOST: z.string().optional(),
});

const environmentSchema = variablesSchema.refine(
  ({ TRAINYARD_MASTER_SECRET: secret, FUNCTION_TARGET: name }) =>
    secret !== undefined || (name !== undefined && !NEED_MASTER_SECRET.some((needing) => needing === name)),
  { path: ['TRAINYARD_MASTER_SECRET'], error: 'is missing', when: () => true },
);

/** The configuration of deployed functions. Fails with the names of all variables that are missing or wrong. */
export function configFromEnvironment(environment: NodeJS.ProcessEnv = process.env): Config & Deployment {
  // An empty variable is one that is not set: Terraform and gcloud can often not leave one out.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const variables = environmentSchema.safeParse(given);
  if (!variables.success) throw new Error(`the functions' environment: ${z.prettifyError(variables.error)}`);
  const config = configSchema.safeParse({
    publicUrl: variables.data.TRAINYARD_PUBLIC_URL,
    masterSecret: variables.data.TRAINYARD_MASTER_SECRET ?? null,
    formerMasterSecrets: (variables.data.TRAINYARD_FORMER_MASTER_SECRETS ?? '').split(/\s+/).filter(Boolean),
    auth: variables.data.TRAINYARD_AUTH,
    tokenIssuers: tokenIssuers(variables.data),
    trainerIdentity: trainerIdentity(variables.data),
    members: parseJson(
      'TRAINYARD_MEMBERS',
      variables.data.TRAINYARD_MEMBERS ?? '{}',
      '{"ana@shop.example":{"role":"trainer"}}',
    ),
    tiers:
      variables.data.TRAINYARD_TIERS === undefined
        ? defaultTiers(variables.data.TRAINYARD_REGION)
        : parseJson('TRAINYARD_TIERS', variables.data.TRAINYARD_TIERS, TIER_EXAMPLE),
    prepareTier: variables.data.TRAINYARD_PREPARE_TIER ?? null,
    prices: parseJson(
      'TRAINYARD_PRICES',
      variables.data.TRAINYARD_PRICES ?? '[]',
      '[{"sku":"cloudRun.vcpu","regions":["europe-west4"],"usd":0.000018}]',
    ),
    budget: {
      monthlyUsd: amount(variables.data.TRAINYARD_MONTHLY_BUDGET_USD),
      whenSpent: variables.data.TRAINYARD_BUDGET_ACTION,
    },
    notifications: readNotifications(
      variables.data.TRAINYARD_NOTIFICATIONS,
      variables.data.TRAINYARD_RUN_URL,
    ),
    history: historyDataset(variables.data),
  });
  if (!config.success) throw new Error(`the functions' configuration: ${z.prettifyError(config.error)}`);
  const deployment = deploymentOf(variables.data);
  if (!deployment.success)
    throw new Error(`the functions' environment: ${z.prettifyError(deployment.error)}`);
  return { ...config.data, ...deployment.data };
}

const TIER_EXAMPLE =
  '[{"name":"run-l4","launcher":"cloudRunJobs","machine":{"region":"europe-west4","cpu":8,"memoryGb":32,"accelerator":{"type":"nvidia-l4"}}}]';

function deploymentOf(variables: z.infer<typeof environmentSchema>) {
  return deploymentSchema.safeParse({
    projectId: variables.GOOGLE_CLOUD_PROJECT,
    region: variables.TRAINYARD_REGION,
    bucket: variables.TRAINYARD_BUCKET ?? `${variables.GOOGLE_CLOUD_PROJECT}-trainyard`,
    trainerServiceAccount: variables.TRAINYARD_TRAINER_SERVICE_ACCOUNT ?? null,
    images: {
      gpu: variables.TRAINYARD_TRAINER_IMAGE_GPU ?? null,
      cpu: variables.TRAINYARD_TRAINER_IMAGE_CPU ?? null,
    },
    otlpEndpoint: variables.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    emulators: {
      firestore: variables.FIRESTORE_EMULATOR_HOST ?? null,
      pubsub: variables.PUBSUB_EMULATOR_HOST ?? null,
      storage: variables.STORAGE_EMULATOR_HOST ?? null,
    },
  });
}

const GOOGLE = {
  issuer: 'https://accounts.google.com',
  keysUrl: 'https://www.googleapis.com/oauth2/v3/certs',
};

function trainerIdentity(variables: z.infer<typeof environmentSchema>): Config['trainerIdentity'] {
  const { TRAINYARD_TRAINER_SERVICE_ACCOUNT: email, TRAINYARD_PUBLIC_URL: audience } = variables;
  return email === undefined ? null : { ...GOOGLE, audience, email };
}

/** Firebase Auth (https://firebase.google.com/docs/auth/admin/verify-id-tokens) and Google (OpenID Connect discovery). */
function tokenIssuers(variables: z.infer<typeof environmentSchema>): TokenIssuer[] {
  const { TRAINYARD_FIREBASE_PROJECT: project, TRAINYARD_GOOGLE_AUDIENCE: audience } = variables;
  const firebase =
    project === undefined
      ? []
      : [
          {
            issuer: `https://securetoken.google.com/${project}`,
            audience: project,
            keysUrl:
              'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
          },
        ];
  const google =
    audience === undefined
      ? []
      : [
          {
            ...GOOGLE,
            audience,
          },
        ];
  return [...firebase, ...google];
}

/** A dataset's id has no dot; that of some projects has. */
function historyDataset(
  variables: z.infer<typeof environmentSchema>,
): z.input<typeof historySchema> | undefined {
  const { TRAINYARD_HISTORY_DATASET: name, GOOGLE_CLOUD_PROJECT: ownProject } = variables;
  if (name === undefined) return undefined;
  const dot = name.lastIndexOf('.');
  return { projectId: dot < 0 ? ownProject : name.slice(0, dot), dataset: name.slice(dot + 1) };
}

function amount(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}

function parseJson(variable: string, text: string, example: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${variable} is not JSON: give something such as ${example}`, { cause: error });
  }
}
