/** The functions, from the bundles that `npm run bundle` makes. */
import type { Entry } from '../bundleFunctions.js';
import { FUNCTIONS, type DeployedFunction } from './functionTable.js';
import { pageOrigins, streamOriginOf } from './hosting.js';
import { account, functionUrl, imageName, MASTER_SECRET, type Deployment } from './settings.js';
import type { Step } from './step.js';

const BUNDLES = 'functions/bundle';

export function functionSteps(deployment: Deployment): Step[] {
  const { settings, bundled } = deployment;
  const isWanted: Partial<Record<Entry, boolean>> = {
    history: settings.historyDataset !== undefined,
    mlflow: settings.mlflow !== undefined,
  };
  const wanted = FUNCTIONS.filter(({ entry }) => isWanted[entry] ?? true);
  return [...(bundled ? [] : [bundleStep]), ...wanted.map((each) => functionStep(deployment, each))];
}

const bundleStep: Step = {
  phase: 'functions',
  title: 'Each function is bundled',
  command: ['npm', 'run', '--silent', 'bundle'],
  files: [],
  remedy: 'run npm ci first: the bundles are made of the packages that it installs',
};

function functionStep(deployment: Deployment, each: DeployedFunction): Step {
  const { settings } = deployment;
  const environment = `${BUNDLES}/${each.name}.env.yaml`;
  const secrets = secretsOf(deployment, each);
  return {
    phase: 'functions',
    title: `Function ${each.name}`,
    command: [
      'gcloud',
      'functions',
      'deploy',
      each.name,
      '--gen2',
      '--runtime=nodejs24',
      `--project=${settings.project}`,
      `--region=${settings.region}`,
      `--source=${BUNDLES}/${each.entry}`,
      `--entry-point=${each.entryPoint}`,
      ...trigger(deployment, each),
      `--service-account=${account(settings, each.runAs ?? each.name)}`,
      `--build-service-account=projects/${settings.project}/serviceAccounts/${account(settings, 'trainyard-build')}`,
      `--env-vars-file=${environment}`,
      ...(secrets.length > 0 ? [`--set-secrets=${secrets.join(',')}`] : ['--clear-secrets']),
      `--memory=${each.memory}`,
      '--cpu=1',
      `--concurrency=${each.concurrency}`,
      '--min-instances=0',
      `--max-instances=${each.maxInstances}`,
      `--timeout=${each.timeoutSeconds}s`,
      `--ingress-settings=${each.ingress}`,
      // Private as it is made. Who may call it is said by Terraform, and left as it is here.
      ...(deployment.first && each.documents === null ? ['--no-allow-unauthenticated'] : []),
      '--update-labels=app=trainyard',
      '--quiet',
    ],
    files: [
      {
        path: environment,
        // JSON is YAML, and leaves no doubt about what is text.
        content: `${JSON.stringify(environmentOf(deployment, each), null, 2)}\n`,
      },
    ],
    remedy: `read the log of its build or of its start: gcloud functions logs read ${each.name} --gen2 --region=${settings.region}; that accounts and APIs are there, trainyard doctor tells`,
  };
}

function trigger({ settings }: Deployment, { documents }: DeployedFunction): string[] {
  if (documents === null) return ['--trigger-http'];
  return [
    '--trigger-event-filters=type=google.cloud.firestore.document.v1.written',
    '--trigger-event-filters=database=(default)',
    `--trigger-event-filters-path-pattern=document=${documents}`,
    `--trigger-location=${settings.firestoreLocation}`,
    `--trigger-service-account=${account(settings, 'trainyard-push')}`,
    '--retry',
  ];
}

/** Variables that are secrets, by reference: their values are read by the platform, as the function's own account. */
function secretsOf({ settings }: Deployment, { name, needsMasterSecret }: DeployedFunction): string[] {
  const former = settings.formerMasterSecretVersion;
  return [
    ...(needsMasterSecret ? [`TRAINYARD_MASTER_SECRET=${MASTER_SECRET}:latest`] : []),
    ...(needsMasterSecret && former ? [`TRAINYARD_FORMER_MASTER_SECRETS=${MASTER_SECRET}:${former}`] : []),
    ...(name === 'trainyard-notify' && settings.notificationsSecret
      ? [`TRAINYARD_NOTIFICATIONS=${settings.notificationsSecret}:latest`]
      : []),
    ...(name === 'trainyard-mlflow' && settings.mlflow?.secret
      ? [
          `TRAINYARD_MLFLOW_${settings.mlflow.username === undefined ? 'TOKEN' : 'PASSWORD'}=${settings.mlflow.secret}:latest`,
        ]
      : []),
  ];
}

/** As `functions/config.ts` reads it; nearly the same for all, for each takes what it needs. */
export function environmentOf(
  deployment: Deployment,
  { isPublic, entry }: Pick<DeployedFunction, 'isPublic' | 'entry'>,
): Record<string, string> {
  const { settings } = deployment;
  const [page] = pageOrigins(settings);
  const json = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value));
  const variables = {
    GOOGLE_CLOUD_PROJECT: settings.project,
    TRAINYARD_PUBLIC_URL: functionUrl(settings, 'trainyard-webhooks'),
    TRAINYARD_REGION: settings.region,
    TRAINYARD_BUCKET: `${settings.project}-trainyard`,
    // Google checks who calls what is not public, and takes the signature off the token that it has checked.
    TRAINYARD_AUTH: isPublic === 'never' ? 'platform' : settings.auth,
    TRAINYARD_FIREBASE_PROJECT: settings.firebaseProject,
    TRAINYARD_FIREBASE_WEB: json(settings.firebaseWeb),
    TRAINYARD_GOOGLE_AUDIENCE: settings.googleAudience,
    // What comes through Firebase Hosting comes from a page of its origin, and to the origin of the function.
    TRAINYARD_ALLOWED_ORIGINS:
      [...(settings.allowedOrigins ?? []), ...pageOrigins(settings)].join(' ') || undefined,
    TRAINYARD_STREAM_ORIGIN: page === undefined ? undefined : streamOriginOf(settings),
    TRAINYARD_MEMBERS: json(settings.members),
    TRAINYARD_TRAINER_SERVICE_ACCOUNT: account(settings, 'trainyard-trainer'),
    TRAINYARD_TRAINER_IMAGE_GPU: imageName(deployment, 'trainer-gpu'),
    TRAINYARD_TRAINER_IMAGE_CPU: imageName(deployment, 'trainer-cpu'),
    TRAINYARD_TIERS: json(settings.tiers),
    TRAINYARD_PREPARE_TIER: settings.prepareTier,
    TRAINYARD_PRICES: json(settings.prices),
    TRAINYARD_MONTHLY_BUDGET_USD: json(settings.monthlyBudgetUsd),
    TRAINYARD_BUDGET_ACTION: settings.budgetAction,
    TRAINYARD_HISTORY_DATASET: settings.historyDataset,
    // Reconcile needs to know that there is one; who writes to it alone gets the credentials.
    TRAINYARD_MLFLOW_URI: settings.mlflow?.uri,
    TRAINYARD_MLFLOW_EXPERIMENT: settings.mlflow?.experiment,
    TRAINYARD_MLFLOW_PARAMETERS: settings.mlflow?.parameters?.join(','),
    TRAINYARD_MLFLOW_USERNAME: entry === 'mlflow' ? settings.mlflow?.username : undefined,
    TRAINYARD_RUN_URL: settings.runUrl ?? (page && `${page}/runs/{runId}`),
    TRAINYARD_SWEEP_URL: settings.sweepUrl ?? (page && `${page}/sweeps/{sweepId}`),
    TRAINYARD_EXPERIMENT_URL: settings.experimentUrl,
    OTEL_EXPORTER_OTLP_ENDPOINT: settings.otlpEndpoint,
  };
  return Object.fromEntries(
    Object.entries(variables).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
