/**
 * A deployment as far as one machine can have it: the deployed functions' own control plane over the official
 * emulators of Firestore and Pub/Sub, a stand-in of Cloud Storage, and one of Cloud Run whose executions are real trainers.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openCloud } from '../../../functions/cloud.js';
import { configFromEnvironment } from '../../../functions/config.js';
import type { ControlPlane } from '../../../functions/controlPlane.js';
import { setControlPlane } from '../../../functions/currentControlPlane.js';
import { subscribedFunctions, SUBSCRIPTIONS } from '../../../functions/events/subscriptions.js';
import '../../../functions/register.js';
import { TrainyardClient } from '../../../local/client/trainyardClient.js';
import { startFunctionServer } from '../../../local/host/functionServer.js';
import { eventMessage, pushBody, pushPath } from '../../../local/host/pubsubPush.js';
import { startReconciler } from '../../../local/host/reconciler.js';
import { CloudRunStandIn } from '../standIns/cloudRunStandIn.js';
import { sharedEmulators } from './emulators.js';
import { TRAINER, TRAINER_ENVIRONMENT } from './stack.js';
import { StorageStandIn } from '../standIns/storageStandIn.js';
import { temporaryFolder } from '../temporaryFolder.js';
import { tokenIssuer } from '../standIns/tokenIssuer.js';
import { until } from '../until.js';

const PROJECT = 'demo-cloud';
export const BUCKET = `${PROJECT}-trainyard`;
const REGION = 'europe-west4';
const TRAINER_ACCOUNT = `trainyard-trainer@${PROJECT}.iam.gserviceaccount.com`;
const TIERS = [
  {
    name: 'run-cpu',
    launcher: 'cloudRunJobs',
    maxWaitSeconds: 60,
    maxAttemptSeconds: 3600,
    machine: { region: REGION, cpu: 8, memoryGb: 32 },
  },
];

export interface CloudHere {
  cp: ControlPlane;
  client: TrainyardClient;
  storage: StorageStandIn;
  cloudRun: CloudRunStandIn;
  /** The trainers, by the names of their executions. */
  trainers: ReadonlyMap<string, ChildProcess>;
}

/** Everything is closed, and its trainers ended, after the test. */
export async function cloudHere(): Promise<CloudHere> {
  const emulators = sharedEmulators();
  const storage = new StorageStandIn();
  await storage.start();
  onTestFinished(() => storage.stop());
  const cloudRun = await CloudRunStandIn.start([
    `projects/${PROJECT}/locations/${REGION}/jobs/trainyard-run-cpu`,
  ]);
  onTestFinished(() => cloudRun.close());
  const server = await startFunctionServer(0, 'a-token-of-this-process');
  onTestFinished(() => server.close());

  const config = configFromEnvironment({
    GOOGLE_CLOUD_PROJECT: PROJECT,
    TRAINYARD_PUBLIC_URL: server.url,
    TRAINYARD_MASTER_SECRET: 'a-master-secret-that-only-tests-know',
    TRAINYARD_AUTH: 'platform',
    TRAINYARD_TRAINER_SERVICE_ACCOUNT: TRAINER_ACCOUNT,
    TRAINYARD_TIERS: JSON.stringify(TIERS),
    FIRESTORE_EMULATOR_HOST: emulators.firestore,
    PUBSUB_EMULATOR_HOST: emulators.pubsub,
    STORAGE_EMULATOR_HOST: storage.endpoint,
  });
  const issuer = await tokenIssuer('https://accounts.google.com');
  const identity = {
    issuer: issuer.issuer,
    keysUrl: issuer.keysUrl,
    email: TRAINER_ACCOUNT,
    audience: server.url,
  };
  const cp = await openCloud(
    { ...config, trainerIdentity: identity, settleSeconds: 1, leaseSeconds: 5 },
    { cloudRunJobs: cloudRun.client },
  );
  onTestFinished(async () => {
    await cp.bus.close();
    await cp.store.close();
  });
  setControlPlane(() => Promise.resolve(cp));

  const metadata = await metadataServer((audience) =>
    issuer.sign({
      aud: audience,
      sub: '117',
      email: TRAINER_ACCOUNT,
      email_verified: true,
      iat: Math.floor(Date.now() / 1000),
      exp: Math.floor(Date.now() / 1000) + 3600,
    }),
  );
  const trainers = await startTrainers(cloudRun, {
    STORAGE_EMULATOR_HOST: storage.endpoint,
    GCE_METADATA_HOST: metadata,
  });
  for (const name of subscribedFunctions(cp.config).subscribed) {
    const subscription = await cp.bus.subscribe(
      name,
      (event) => server.invoke(name, pushPath(PROJECT), pushBody(PROJECT, name, eventMessage(event))),
      SUBSCRIPTIONS[name],
    );
    onTestFinished(() => subscription.close());
  }
  const reconciler = startReconciler(
    () => server.invoke('reconcile', '/', {}),
    500,
    (error) => cp.log('WARNING', 'reconcile failed', { error }),
  );
  onTestFinished(() => reconciler.stop());
  return { cp, client: new TrainyardClient({ url: server.url, retries: 0 }), storage, cloudRun, trainers };
}

/** Each execution is a trainer whose disk is gone when it ends. */
async function startTrainers(
  cloudRun: CloudRunStandIn,
  environment: Record<string, string>,
): Promise<Map<string, ChildProcess>> {
  const disks = await temporaryFolder();
  const trainers = new Map<string, ChildProcess>();
  const cancelled = new Set<string>();
  const start = async (name: string, ofExecution: Record<string, string>) => {
    const disk = join(disks, name.split('/').at(-1) ?? '');
    await mkdir(disk);
    const child = spawn(process.execPath, [TRAINER], {
      cwd: disk,
      stdio: 'ignore',
      env: { ...TRAINER_ENVIRONMENT, TMPDIR: disk, ...environment, ...ofExecution },
    });
    trainers.set(name, child);
    cloudRun.set(name, { runningCount: 1, conditions: [{ type: 'Started', state: 'CONDITION_SUCCEEDED' }] });
    child.once('exit', (code) => {
      void rm(disk, { recursive: true, force: true });
      if (cancelled.has(name)) cloudRun.endCancelled(name);
      else if (code === null) cloudRun.endKilled(name, 9);
      else cloudRun.end(name, code);
    });
  };
  cloudRun.onExecution = ({ name }, ofExecution) => void start(name, ofExecution);
  cloudRun.onCancel = (name) => {
    cancelled.add(name);
    trainers.get(name)?.kill('SIGTERM');
  };
  onTestFinished(async () => {
    for (const child of trainers.values()) child.kill('SIGKILL');
    await until('the trainers to end', () =>
      [...trainers.values()].every(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null),
    );
  });
  return trainers;
}

/** Gives ID tokens as the metadata server of Google's machines does; its address without protocol. */
async function metadataServer(token: (audience: string) => Promise<string>): Promise<string> {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://metadata');
    void token(searchParams.get('audience') ?? '').then((signed) => response.end(signed));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
