/** The functions as they are deployed: sizes, limits, who they run as, what starts them. */
import type { Entry } from '../bundleFunctions.js';

export interface DeployedFunction {
  /** Also the name of its service account, unless `runAs` says otherwise. */
  name: `trainyard-${string}`;
  entry: Entry;
  /** What the framework is told to serve. */
  entryPoint: string;
  runAs?: `trainyard-${string}`;
  memory: string;
  /** Requests at a time in one instance. */
  concurrency: number;
  maxInstances: number;
  timeoutSeconds: number;
  /** `all` where trainers or people call; otherwise only what is Google's own and of this project. */
  ingress: 'all' | 'internal-only';
  /**
   * Whether everybody may reach it, which the Terraform module says. Trainers' callbacks are checked by the function itself, signature
   * and ID token, and so are the API's callers unless the settings leave that to Google.
   */
  isPublic: 'always' | 'asSet' | 'never';
  /** Whether it derives or checks keys of callbacks. */
  needsMasterSecret: boolean;
  /** Documents of Firestore that start it; null: it is called over HTTP. */
  documents: string | null;
}

/** In the order in which they are deployed: what takes over work comes before what hands it out. */
export const FUNCTIONS: readonly DeployedFunction[] = [
  {
    ...called('webhooks'),
    ingress: 'all',
    isPublic: 'always',
    concurrency: 80,
    maxInstances: 20,
    timeoutSeconds: 60,
    needsMasterSecret: true,
  },
  { ...called('dispatch'), concurrency: 10, maxInstances: 5, needsMasterSecret: true },
  { ...called('notify'), concurrency: 10, maxInstances: 5 },
  // Each writes to one server, whose patience is shorter than ours.
  { ...called('mlflow'), maxInstances: 5 },
  // Runs of a model take turns within one instance.
  { ...called('summaries'), concurrency: 40, maxInstances: 2 },
  { ...called('retrain'), concurrency: 10, maxInstances: 5 },
  { ...called('sweeps'), concurrency: 20, maxInstances: 5 },
  // One at a time: two would look at the same runs.
  { ...called('reconcile'), concurrency: 1, maxInstances: 1, needsMasterSecret: true },
  { ...called('history'), entryPoint: 'runHistory', documents: 'runs/{runId}', maxInstances: 5 },
  {
    ...called('history'),
    name: 'trainyard-history-epochs',
    runAs: 'trainyard-history',
    entryPoint: 'epochHistory',
    documents: 'runs/{runId}/epochs/{epoch}',
    maxInstances: 5,
  },
  // A stream of events stays open for as long as somebody watches, an hour at most.
  {
    ...called('api'),
    ingress: 'all',
    isPublic: 'asSet',
    concurrency: 80,
    maxInstances: 20,
    timeoutSeconds: 3600,
  },
];

function called(entry: Entry): DeployedFunction {
  return {
    name: `trainyard-${entry}`,
    entry,
    entryPoint: entry,
    memory: '512Mi',
    concurrency: 10,
    maxInstances: 3,
    // Below the 180 s after which Pub/Sub and Cloud Scheduler give a call up.
    timeoutSeconds: 120,
    ingress: 'internal-only',
    isPublic: 'never',
    needsMasterSecret: false,
    documents: null,
  };
}
