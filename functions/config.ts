import { firebaseWebSchema, isRecord, originSchema, priceOverridesSchema, ROLES } from '@trainyard/shared';
import { described } from '@trainyard/shared/described';
import { z } from 'zod';
import { defaultTiers } from './compute/defaultTiers.js';
import { deploymentSchema, type Deployment } from './compute/deployment.js';
import { tierSchema, type Tier } from './compute/tier.js';
import { mlflowSettingsSchema, mlflowVariables, readMlflow } from './mlflow/settings.js';
import { notificationsSchema, readNotifications } from './notify/channels.js';
import { pagesIn } from './notify/pages.js';

export { tierSchema, type Tier };
export type { Deployment };

/** Whose ID tokens are accepted, for whom they must be meant, and where the keys are that sign them (RFC 7517). */
const tokenIssuerSchema = z.strictObject({
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
const historySchema = z.strictObject({
  projectId: z.string().min(1),
  dataset: z.string().regex(/^\w{1,1024}$/, 'must be letters, digits and underscores'),
  apiEndpoint: z.url({ protocol: /^https?$/ }).optional(),
});

/** What all runs together may cost in a month of UTC. Models may have limits of their own. */
const budgetSchema = z.strictObject({
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
    /** The Firebase project that pages sign in at and listen to; null where they do neither. */
    firebaseWeb: firebaseWebSchema.nullable().default(null),
    /** The origins whose pages may ask for changes, and read answers, beside this server's own. */
    allowedOrigins: z.array(originSchema).max(20).default([]),
    /** Where pages ask for streams; null: where they came from. */
    streamOrigin: originSchema.nullable().default(null),
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
    /** The MLflow server that runs are written to; none unless given. */
    mlflow: mlflowSettingsSchema.nullable().default(null),
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

const TIER_EXAMPLE =
  '[{"name":"run-l4","launcher":"cloudRunJobs","machine":{"region":"europe-west4","cpu":8,"memoryGb":32,"accelerator":{"type":"nvidia-l4"}}}]';
const PRICE_EXAMPLE = '[{"sku":"cloudRun.vcpu","regions":["europe-west4"],"usd":0.000018}]';

const FIREBASE_WEB_EXAMPLE =
  '{"apiKey":"AIzaSyExampleKeyOfAWebApplication","authDomain":"shop-prod.firebaseapp.com"}';

/** The environment of deployed functions. The functions refuse to start where a part of it is wrong. */
export const variablesSchema = z.object({
  GOOGLE_CLOUD_PROJECT: described(
    z.string().min(1),
    'The Google Cloud project that the functions run in.',
    'shop-prod',
  ),
  TRAINYARD_PUBLIC_URL: described(
    z.string(),
    "Where trainers reach the callbacks: an http or https URL. A slash at its end is ignored. It is the audience of the trainers' ID tokens as well.",
    'https://trainyard.example.com',
  ),
  TRAINYARD_MASTER_SECRET: described(
    z.string().optional(),
    'The secret of at least 32 characters that the keys of callbacks are derived from. Only `dispatch`, `reconcile` and `webhooks` need it, and no other function is given it.',
  ),
  FUNCTION_TARGET: described(
    z.string().optional(),
    'The platform sets this one itself: it names the function that runs here.',
    'dispatch',
  ),
  TRAINYARD_FORMER_MASTER_SECRETS: described(
    z.string().optional(),
    'Up to five master secrets from before a rotation, separated by blanks. Trainers that were launched with them are still heard; no new key is derived from them.',
  ),
  TRAINYARD_AUTH: described(
    z.string().optional(),
    'Who may call the API. `tokens`: who brings an ID token and has a role. `platform`: everybody whom the invoker check of Cloud Run lets through, as an administrator. `loopback`: whoever is on this machine. `none`, which holds where it is not set: nobody.',
    'tokens',
  ),
  TRAINYARD_ALLOWED_ORIGINS: described(
    z.string().optional(),
    'Up to twenty origins of web pages that may ask for changes and read answers, separated by blanks. Pages of any other site are refused.',
    'https://app.shop.example',
  ),
  TRAINYARD_STREAM_ORIGIN: described(
    z.string().optional(),
    'Where pages ask for streams, as an origin: the address of the `api` function itself where the page is on Firebase Hosting, which holds answers back until they are whole and ends them after a minute. Where the page came from, where it is not set.',
    'https://trainyard-api-123456789012.europe-west4.run.app',
  ),
  TRAINYARD_FIREBASE_PROJECT: described(
    z.string().min(1).optional(),
    'The Firebase project whose users may call with their ID tokens.',
    'shop-prod',
  ),
  TRAINYARD_FIREBASE_WEB: described(
    z.string().optional(),
    'JSON: how pages of yours reach the project of `TRAINYARD_FIREBASE_PROJECT`, to sign in with Google and to listen to Firestore. `apiKey` and `authDomain` are those of its web application, as `firebase apps:sdkconfig web` prints them; they are no secrets. `GET /api/sign-in` gives them out. Trainyard’s own page does not sign people in yet, and listens to the API.',
    FIREBASE_WEB_EXAMPLE,
  ),
  TRAINYARD_GOOGLE_AUDIENCE: described(
    z.string().min(1).optional(),
    'The audience that ID tokens signed by Google must be meant for: an OAuth client id, or the address of this service.',
    'https://trainyard.example.com',
  ),
  TRAINYARD_TRAINER_SERVICE_ACCOUNT: described(
    z.string().min(1).optional(),
    'The e-mail address of the service account that trainers run as. Where it is set, callbacks must carry an ID token of that account beside their signature.',
    'trainer@shop-prod.iam.gserviceaccount.com',
  ),
  TRAINYARD_MEMBERS: described(
    z.string().optional(),
    'JSON: roles and teams of people whose tokens carry none, by verified e-mail address or subject of the token. A role is `viewer`, `trainer` or `admin`.',
    '{"ana@shop.example":{"role":"trainer","teams":["red"]}}',
  ),
  TRAINYARD_HISTORY_DATASET: described(
    z.string().min(1).optional(),
    'The BigQuery dataset that keeps the history of runs, as `dataset` or `project.dataset`. No history is kept where it is not set.',
    'trainyard_history',
  ),
  TRAINYARD_NOTIFICATIONS: described(
    z.string().optional(),
    'JSON: the list of channels that hear how runs and sweeps end, at most 20. Nobody hears where it is not set.',
    '[{"type":"slack","name":"ops","url":"https://hooks.slack.com/services/…"}]',
  ),
  TRAINYARD_RUN_URL: described(
    z.string().optional(),
    'Where people look at a run: an http or https URL with `{runId}` in it. Notifications link to it.',
    'https://trainyard.example.com/runs/{runId}',
  ),
  TRAINYARD_SWEEP_URL: described(
    z.string().optional(),
    'Where people look at a sweep: an http or https URL with `{sweepId}` in it. Notifications link to it.',
    'https://trainyard.example.com/sweeps/{sweepId}',
  ),
  TRAINYARD_EXPERIMENT_URL: described(
    z.string().optional(),
    'Where people look at an experiment: an http or https URL with `{modelId}` and `{experimentId}` in it.',
    'https://trainyard.example.com/models/{modelId}/experiments/{experimentId}',
  ),
  ...mlflowVariables,
  TRAINYARD_TIERS: described(
    z.string().optional(),
    'JSON: the list of 1 to 20 compute tiers, in the order in which runs try them. The built-in tiers of the region hold where it is not set.',
    TIER_EXAMPLE,
  ),
  TRAINYARD_MONTHLY_BUDGET_USD: described(
    z
      .string()
      .regex(/^\d+(\.\d+)?$/, 'must be an amount in US dollars, such as 500')
      .optional(),
    'US dollars that all runs together may cost in a month of UTC. There is no limit where it is not set.',
    '500',
  ),
  TRAINYARD_BUDGET_ACTION: described(
    z.enum(['finish', 'stop']).optional(),
    'What becomes of open runs when the budget of their month is spent: `finish`, which holds where it is not set, lets them end; `stop` stops them.',
    'stop',
  ),
  TRAINYARD_PREPARE_TIER: described(
    z.string().optional(),
    'The tier where the stages up to `transform` run as a job of their own, unless a specification says otherwise. One job does all stages where it is not set.',
    'run-cpu',
  ),
  TRAINYARD_PRICES: described(
    z.string().optional(),
    'JSON: a list of prices that go before those of the built-in table.',
    PRICE_EXAMPLE,
  ),
  TRAINYARD_REGION: described(
    z.string().default('europe-west4'),
    'The Google Cloud region of the functions, and of tiers that do not say otherwise.',
    'us-central1',
  ),
  TRAINYARD_BUCKET: described(
    z.string().optional(),
    'The bucket where specifications, artifacts and the cache lie, without `gs://`. It is the name of the project followed by `-trainyard` where it is not set.',
    'shop-prod-trainyard',
  ),
  TRAINYARD_TRAINER_IMAGE_GPU: described(
    z.string().optional(),
    'The container image of jobs on Vertex AI that have a GPU.',
    'europe-west4-docker.pkg.dev/shop-prod/trainyard/trainer-gpu:1',
  ),
  TRAINYARD_TRAINER_IMAGE_CPU: described(
    z.string().optional(),
    'The container image of jobs on Vertex AI that have no GPU.',
    'europe-west4-docker.pkg.dev/shop-prod/trainyard/trainer-cpu:1',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: described(
    z.string().optional(),
    'The address of an OpenTelemetry collector that takes OTLP over HTTP. No spans or metrics are sent where it is not set.',
    'http://127.0.0.1:4318',
  ),
  FIRESTORE_EMULATOR_HOST: described(
    z.string().optional(),
    "The Firestore emulator to use in place of the service, as `host:port`, named as Google's clients name it.",
    '127.0.0.1:8081',
  ),
  PUBSUB_EMULATOR_HOST: described(
    z.string().optional(),
    'The Pub/Sub emulator to use in place of the service, as `host:port`.',
    '127.0.0.1:8085',
  ),
  STORAGE_EMULATOR_HOST: described(
    z.string().optional(),
    'A stand-in for Cloud Storage to use in place of the service, as `host:port` or `http://host:port`.',
    'http://127.0.0.1:9023',
  ),
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
    formerMasterSecrets: wordsOf(variables.data.TRAINYARD_FORMER_MASTER_SECRETS),
    allowedOrigins: wordsOf(variables.data.TRAINYARD_ALLOWED_ORIGINS),
    streamOrigin: variables.data.TRAINYARD_STREAM_ORIGIN ?? null,
    auth: variables.data.TRAINYARD_AUTH,
    tokenIssuers: tokenIssuers(variables.data),
    firebaseWeb: firebaseWeb(variables.data),
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
    prices: parseJson('TRAINYARD_PRICES', variables.data.TRAINYARD_PRICES ?? '[]', PRICE_EXAMPLE),
    budget: {
      monthlyUsd: amount(variables.data.TRAINYARD_MONTHLY_BUDGET_USD),
      whenSpent: variables.data.TRAINYARD_BUDGET_ACTION,
    },
    notifications: readNotifications(variables.data.TRAINYARD_NOTIFICATIONS, pagesIn(variables.data)),
    mlflow: readMlflow(variables.data),
    history: historyDataset(variables.data),
  });
  if (!config.success) throw new Error(`the functions' configuration: ${z.prettifyError(config.error)}`);
  const deployment = deploymentOf(variables.data);
  if (!deployment.success)
    throw new Error(`the functions' environment: ${z.prettifyError(deployment.error)}`);
  return { ...config.data, ...deployment.data };
}

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

/** The id of the project is said once, and the emulator is the one that the functions write to. */
function firebaseWeb(variables: z.infer<typeof environmentSchema>): unknown {
  const { TRAINYARD_FIREBASE_WEB: text, TRAINYARD_FIREBASE_PROJECT: projectId } = variables;
  if (text === undefined) return null;
  if (projectId === undefined)
    throw new Error(
      'TRAINYARD_FIREBASE_WEB says how pages reach a Firebase project: set TRAINYARD_FIREBASE_PROJECT as well, which names it',
    );
  const given = parseJson('TRAINYARD_FIREBASE_WEB', text, FIREBASE_WEB_EXAMPLE);
  if (!isRecord(given)) return given;
  return { ...given, projectId, firestoreEmulator: variables.FIRESTORE_EMULATOR_HOST ?? null };
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

/** Values that blanks separate. */
function wordsOf(text = ''): string[] {
  return text.split(/\s+/).filter(Boolean);
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
