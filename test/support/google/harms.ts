/** Ways in which a project can be wrong: which check finds it, what it says, and the command that it names. */
import type { Answer } from './standIn.js';
import { ID, NUMBER } from './healthyProject.js';

export type Answers = Map<string, Answer>;

/**
 * Changes what one of the addresses answers with: sets what is at `path` (`bindings.0.role`, `permissions.+` for one more), or takes it out where
 * no value is given.
 */
function change(part: string, path: string, value?: unknown) {
  return (answers: Answers) => {
    const names = [...answers.keys()].filter((name) => name.endsWith(part));
    if (names.length !== 1) throw new Error(`${names.length} addresses end with ${part}`);
    const answer = answers.get(names[0] ?? '');
    if (!answer || !('body' in answer)) throw new Error(`${part} answers no body`);
    edit(answer.body, path.split('.'), value);
  };
}
function edit(place: unknown, [key = '', ...rest]: readonly string[], value: unknown): void {
  const at = place as Record<string, unknown>;
  if (rest.length > 0) return edit(at[key], rest, value);
  if (value !== undefined) at[Array.isArray(place) && key === '+' ? place.length : key] = value;
  else if (Array.isArray(place)) place.splice(Number(key), 1);
  else delete at[key];
}
const remove = (part: string) => (answers: Answers) => {
  for (const name of answers.keys()) if (name.endsWith(part)) answers.delete(name);
};
const FUNCTIONS = ['api', 'webhooks', 'dispatch', 'notify', 'retrain', 'summaries', 'sweeps', 'reconcile'];
export const service = (name: string, path: string, value?: unknown) =>
  change('/functions', `functions.${FUNCTIONS.indexOf(name)}.serviceConfig.${path}`, value);

type Harm = [what: string, harm: (answers: Answers) => void, check: string, says: RegExp, mend: RegExp];

export const HARMS: Harm[] = [
  [
    'an API that is not enabled',
    change('/services', 'services.-1'),
    'apis',
    /storage\.googleapis/,
    /^gcloud services enable storage\.googleapis\.com --project=shop-prod$/,
  ],
  [
    'an account that is missing',
    change('/serviceAccounts', 'accounts.0'),
    'accounts',
    /trainyard-api/,
    /^terraform .*apply/,
  ],
  [
    'an account that is disabled',
    change('/serviceAccounts', 'accounts.0.disabled', true),
    'accounts',
    /disabled/,
    /^gcloud iam service-accounts enable trainyard-api@/,
  ],
  [
    'a role that lacks a permission',
    change('/roles/trainyardJobLauncher', 'includedPermissions.-1'),
    'roles',
    /lacks run\.[a-z.]+$/i,
    /^gcloud iam roles update trainyardJobLauncher .*--permissions=aiplatform\./,
  ],
  [
    'a role that has too many',
    change('/roles/trainyardInvoker', 'includedPermissions.+', 'run.services.delete'),
    'roles',
    /also has run\.services\.delete/,
    /--permissions=run\.routes\.invoke$/,
  ],
  [
    'a permission that is missing in the project',
    change(`/projects/${ID}:getIamPolicy`, 'bindings.0'),
    'permissions',
    /trainyard-api lacks roles\/datastore\.user/,
    /^gcloud projects add-iam-policy-binding shop-prod --condition=None --member=serviceAccount:trainyard-api@.* --role=roles\/datastore\.user$/,
  ],
  [
    'a permission that is missing on the secret',
    change('master-secret:getIamPolicy', 'bindings', []),
    'permissions',
    /trainyard-dispatch lacks roles\/secretmanager/,
    /^gcloud secrets add-iam-policy-binding trainyard-master-secret/,
  ],
  [
    'an account that is owner',
    change(`/projects/${ID}:getIamPolicy`, 'bindings.+', {
      role: 'roles/owner',
      members: [`serviceAccount:trainyard-api@${ID}.iam.gserviceaccount.com`],
    }),
    'permissions',
    /nearly everything/,
    /remove-iam-policy-binding/,
  ],
  [
    'a bucket that can be made public',
    change('/b/shop-prod-trainyard', 'iamConfiguration.publicAccessPrevention', 'inherited'),
    'bucket',
    /public/,
    /--public-access-prevention$/,
  ],
  [
    'a bucket that keeps its cache',
    change('/b/shop-prod-trainyard', 'lifecycle'),
    'bucket',
    /cache/,
    /terraform/,
  ],
  ['no bucket', remove('/b/shop-prod-trainyard'), 'bucket', /no bucket/, /terraform/],
  ['a topic that is missing', change('/topics', 'topics.-1'), 'topics', /retrain-dead-letters/, /terraform/],
  ['dead letters that nobody keeps', remove('events-dead-letters-kept'), 'topics', /are lost/, /terraform/],
  [
    'a subscription that lets everything through',
    change('/subscriptions/trainyard-dispatch', 'filter'),
    'subscriptions',
    /everything instead of attributes\.type = "run\.requested"/,
    /^gcloud pubsub subscriptions delete trainyard-dispatch/,
  ],
  [
    'a subscription that pushes as somebody else',
    change('/subscriptions/trainyard-notify', 'pushConfig.oidcToken.serviceAccountEmail', 'me@x'),
    'subscriptions',
    /as me@x/,
    /modify-push-config trainyard-notify .*--push-auth-service-account=trainyard-push@/,
  ],
  [
    'a subscription without dead letters',
    change('/subscriptions/trainyard-retrain', 'deadLetterPolicy'),
    'subscriptions',
    /again and again/,
    /--dead-letter-topic=trainyard-retrain-dead-letters --max-delivery-attempts=5$/,
  ],
  [
    'a scheduler that is paused',
    change('/jobs/trainyard-reconcile', 'state', 'PAUSED'),
    'scheduler',
    /PAUSED/,
    /^gcloud scheduler jobs resume trainyard-reconcile --location=europe-west4/,
  ],
  [
    'a scheduler whose calls are refused',
    change('/jobs/trainyard-reconcile', 'status', { code: 7 }),
    'scheduler',
    /code 7/,
    /logs read/,
  ],
  [
    'a secret without a version',
    change('/versions', 'versions', []),
    'secrets',
    /no version/,
    /^openssl rand .* gcloud secrets versions add/,
  ],
  [
    'a secret that is due',
    change('/versions', 'versions.0.createTime', '2026-01-01T00:00:00Z'),
    'secrets',
    /due after 90/,
    /secrets versions add/,
  ],
  ['no database', remove('/databases/(default)'), 'firestore', /no database/, /terraform/],
  [
    'an index that is missing',
    change('/indexes', 'indexes.0'),
    'indexes',
    /1 of \d+ indexes .* runs status:ascending createdAt:ascending/,
    /terraform/,
  ],
  [
    'rules of another version',
    change('/rulesets/abc', 'source.files.0.content', 'another'),
    'rules',
    /are not those/,
    /terraform/,
  ],
  [
    'an image that was never built',
    change('/packages', 'packages.-1'),
    'images',
    /trainer-cpu/,
    /^npx trainyard deploy/,
  ],
  [
    'a job that is missing',
    remove('/jobs/trainyard-run-l4'),
    'jobs',
    /no job trainyard-run-l4/,
    /trainyard deploy/,
  ],
  [
    'a job without its GPU',
    change('/jobs/trainyard-run-l4', 'template.template.nodeSelector'),
    'jobs',
    /no GPU instead of 1 × nvidia-l4/,
    /deploy/,
  ],
  [
    'a job that repeats',
    change('/jobs/trainyard-run-cpu', 'template.template.maxRetries', 3),
    'jobs',
    /two trainers/,
    /--max-retries=0$/,
  ],
  [
    'a job of another account',
    change('/jobs/trainyard-run-cpu', 'template.template.serviceAccount', ''),
    'jobs',
    /default account/,
    /--service-account=trainyard-trainer@/,
  ],
  [
    'functions that are not deployed',
    change('/functions', 'functions', []),
    'functions',
    /not deployed: trainyard-api/,
    /deploy/,
  ],
  [
    'a function without its secret',
    service('dispatch', 'secretEnvironmentVariables', []),
    'functions',
    /trainyard-dispatch would not start: .*TRAINYARD_MASTER_SECRET/,
    /deploy/,
  ],
  [
    'a secret in plain text',
    service('api', 'environmentVariables.TRAINYARD_MASTER_SECRET', 'x'.repeat(40)),
    'functions',
    /plain text/,
    /deploy/,
  ],
  [
    'a function that is given a secret it does not need',
    service('notify', 'secretEnvironmentVariables.+', { key: 'TRAINYARD_MASTER_SECRET' }),
    'functions',
    /does not need it/,
    /deploy/,
  ],
  [
    'a function that runs as somebody else',
    service('retrain', 'serviceAccountEmail', 'x@y'),
    'functions',
    /runs as x@y/,
    /deploy/,
  ],
  [
    'an API that lets nobody in',
    service('api', 'environmentVariables.TRAINYARD_AUTH'),
    'functions',
    /lets nobody in/,
    /deploy/,
  ],
  [
    'a page that was never released',
    change('/releases', 'releases', []),
    'hosting',
    /nothing was released on the site shop-prod/,
    /^npx trainyard deploy --project shop-prod --only hosting$/,
  ],
  [
    'a site of Firebase Hosting that is not there',
    remove('/releases'),
    'hosting',
    /there is no site shop-prod of Firebase Hosting/,
    /--only hosting$/,
  ],
  [
    'a page whose API is in another region',
    change('/releases', 'releases.0.version.config.rewrites.0.run.region', 'us-central1'),
    'hosting',
    /what shop-prod sends to trainyard-api in europe-west4/,
    /--only hosting$/,
  ],
  [
    'a page that was released with a looser policy',
    change(
      '/releases',
      'releases.0.version.config.headers.0.headers.content-security-policy',
      'default-src *',
    ),
    'hosting',
    /the headers that shop-prod gives the page/,
    /--only hosting$/,
  ],
  [
    'a page that comes with another policy than was released',
    (answers) => answers.set(`${ID}.web.app/`, { body: 'the page', headers: {} }),
    'hosting',
    /comes with content-security-policy ""/,
    /--only hosting$/,
  ],
  [
    'a page that is not there',
    remove('.web.app/'),
    'hosting',
    /shop-prod\.web\.app answers 404/,
    /--only hosting$/,
  ],
  [
    'a page that may not call the API',
    (answers) => answers.set(`${ID}.web.app/api/sign-in`, { status: 403, message: 'Forbidden' }),
    'hosting',
    /does not reach trainyard-api: it answers 403/,
    /^gcloud run services add-iam-policy-binding trainyard-api .*--member=allUsers/,
  ],
  [
    'a page that asks its own site for streams',
    change('/api/sign-in', 'streamOrigin', null),
    'hosting',
    /asks its own origin for streams/,
    /--only functions$/,
  ],
  [
    'a quota of no GPU',
    change(
      `${NUMBER}/locations/global/services/run.googleapis.com/quotaInfos`,
      'quotaInfos.0.dimensionsInfos.0.details.value',
      '0',
    ),
    'quotas',
    /run-l4: 0 of the 1 GPUs/,
    /^gcloud beta quotas preferences create --service=run\.googleapis\.com/,
  ],
  [
    'alerts that tell nobody',
    change('/alertPolicies', 'alertPolicies.0.notificationChannels', []),
    'alerts',
    /tell nobody/,
    /alert_emails/,
  ],
];
