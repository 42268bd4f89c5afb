import { randomBytes, randomUUID } from 'node:crypto';
import { configSchema, type ControlPlane, jsonLog, type Log, setControlPlane } from '@trainyard/functions';
import { subscribedFunctions, SUBSCRIPTIONS } from '@trainyard/functions/events/subscriptions';
import { startTelemetry } from '@trainyard/functions/telemetry/startTelemetry';
import { queries } from '@trainyard/functions/queries';
import type { MlflowSettings } from '@trainyard/functions/mlflow/settings';
import type { Notifications } from '@trainyard/functions/notify/channels';
import { RETRAIN_TOPIC, runName, runSchema } from '@trainyard/shared';
import type { HostPorts, PortsRequest } from './hostPorts.js';
import { type DataDirectory, masterSecret, openDataDirectory, openFunctionsLog } from './dataDirectory.js';
import { type FunctionServer, startFunctionServer } from './functionServer.js';
import { lockDirectory } from './hostLock.js';
import { withinMs } from './withinMs.js';
import { eventMessage, pushBody, pushPath } from './pubsubPush.js';
import { openPage } from './page.js';
import { type Reconciler, startReconciler } from './reconciler.js';

export interface HostOptions {
  /** The data directory, absolute. */
  directory: string;
  /** 0 for any free one. */
  port: number;
  openPorts: (request: PortsRequest) => Promise<HostPorts>;
  /** The program and arguments of a trainer. */
  trainerCommand: readonly string[];
  /** What each trainer inherits beside what its launch says. */
  trainerEnvironment: Readonly<Record<string, string>>;
  /** Who hears how runs end; nobody unless given. */
  notifications?: Notifications;
  /** The MLflow server that runs are written to; none unless given. */
  mlflow?: MlflowSettings | null;
  /** Of web pages that may ask for changes; none but the host's own unless given. */
  allowedOrigins?: readonly string[];
  /** Of a collector that hears of spans and numbers; nobody unless given. */
  otlpEndpoint?: string | null;
  print: (line: string) => void;
}

export interface Host {
  url: string;
  directory: DataDirectory;
  notes: readonly string[];
  /** The names of the runs that are not over. */
  openRuns(): Promise<string[]>;
  /** Takes no more requests and closes everything. Trainers go on by themselves; the next host picks them up. */
  stop(): Promise<void>;
}

const RECONCILE_MS = 2_000;
/** What is under way when a host ends is waited for so long; what waits for a store that is gone would take a minute. */
const CLOSE_MS = 3_000;
/** Of the stores: each has limits of its own, and an emulator that hears no signal is killed after five seconds. */
const PORTS_CLOSE_MS = 20_000;
/** The name of this machine's compute tier and of its launcher. */
const LOCAL_TIER = 'local';
const PROJECT = 'trainyard-local';

/**
 * Serves all functions on one port of the loopback interface, delivers events to `dispatch`, `sweeps` and `notify`, and calls
 * `reconcile` every few seconds and whenever a trainer ends. One host per process and per data directory.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const closing: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (let close = closing.pop(); close; close = closing.pop())
      await withinMs(PORTS_CLOSE_MS, close(), (reason) =>
        options.print(`not everything could be closed: ${reason}`),
      );
  };
  try {
    return await open(options, closing, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Everything that is opened puts what closes it on `closing`, which is emptied from its end. */
async function open(
  options: HostOptions,
  closing: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Host> {
  const { directory: root, port, openPorts, trainerCommand, trainerEnvironment, print } = options;
  const lock = await lockDirectory(root, new Date());
  closing.push(() => lock.release());
  const directory = await openDataDirectory(root);
  const secret = await masterSecret(directory);
  const logFile = await openFunctionsLog(directory, print);
  closing.push(() => new Promise((resolve) => logFile.end(() => resolve())));
  const log = jsonLog((line) => void logFile.write(line));

  let reconciler: Reconciler | undefined;
  const ports = await openPorts({
    directory,
    trainerCommand,
    trainerEnvironment,
    onTrainerEnded: () => reconciler?.poke(),
    print,
  });
  closing.push(() => ports.close());

  if (options.otlpEndpoint) {
    const telemetry = await startTelemetry({ endpoint: options.otlpEndpoint });
    closing.push(() => telemetry.close());
  }
  const page = await openPage();
  const server = await startFunctionServer(port, randomBytes(32).toString('base64url'), page);
  closing.push(() => server.close());
  // Before the event loop turns: no request comes before the control plane.
  const plane = controlPlaneOf(
    ports,
    {
      publicUrl: server.url,
      masterSecret: secret,
      notifications: options.notifications,
      mlflow: options.mlflow ?? null,
      allowedOrigins: options.allowedOrigins,
    },
    log,
  );
  setControlPlane(() => Promise.resolve(plane));
  await warmUp(server);

  await subscribeFunctions(plane, ports, server, log, closing);
  const started = startReconciler(
    () => server.invoke('reconcile', '/', {}),
    RECONCILE_MS,
    (error) => log('WARNING', 'reconcile failed', { error }),
  );
  closing.push(() => withinMs(CLOSE_MS, started.stop(), leftUndone(log)));
  reconciler = started;
  await lock.announce(server.url);
  return { url: server.url, directory, notes: ports.notes, openRuns: () => openRuns(ports), stop };
}

/** Events and retrain messages go to the functions that are for them, as Pub/Sub pushes them in the cloud. */
async function subscribeFunctions(
  { config }: ControlPlane,
  ports: HostPorts,
  server: FunctionServer,
  log: Log,
  closing: (() => Promise<void>)[],
): Promise<void> {
  const { subscribed, idle } = subscribedFunctions(config);
  // What a host of before subscribed, and this one does not, would keep every event from now on.
  for (const name of idle) await ports.bus.unsubscribe?.(name);
  for (const name of subscribed) {
    const subscription = await ports.bus.subscribe(
      name,
      (event) => server.invoke(name, pushPath(PROJECT), pushBody(PROJECT, name, eventMessage(event))),
      SUBSCRIPTIONS[name],
    );
    closing.push(() => withinMs(CLOSE_MS, subscription.close(), leftUndone(log)));
  }
  const retrain = await ports.onRetrainMessage?.((message) =>
    server.invoke('retrain', pushPath(PROJECT, RETRAIN_TOPIC), pushBody(PROJECT, 'retrain', message)),
  );
  if (retrain) closing.push(() => withinMs(CLOSE_MS, retrain.close(), leftUndone(log)));
}

function leftUndone(log: Log): (reason: string) => void {
  return (reason) => log('WARNING', 'work under way was left when the host ended', { reason });
}

async function openRuns({ store }: HostPorts): Promise<string[]> {
  const found = await store.query(queries.openRuns({ limit: 100 }));
  return found.map(({ data }) => runName(runSchema.parse(data)));
}

function controlPlaneOf(
  ports: HostPorts,
  given: {
    publicUrl: string;
    masterSecret: string;
    notifications: HostOptions['notifications'];
    mlflow: MlflowSettings | null;
    allowedOrigins: HostOptions['allowedOrigins'];
  },
  log: Log,
): ControlPlane {
  const { store, bus, objects, launcher } = ports;
  return {
    store,
    bus,
    objects,
    launchers: { process: launcher },
    config: configSchema.parse({
      ...given,
      // Its own page shows every run.
      notifications: { runUrl: `${given.publicUrl}/runs/{runId}`, ...given.notifications },
      auth: 'loopback',
      tiers: [{ name: LOCAL_TIER, launcher: 'process' }],
      leaseSeconds: 15,
      settleSeconds: 2,
    }),
    now: () => new Date(),
    newId: randomUUID,
    log,
  };
}

/** The first request of each function finishes its set-up; that should not be a caller's. */
async function warmUp(server: FunctionServer): Promise<void> {
  for (const path of ['/healthz', '/api/training-runs/-/webhook/-'])
    await (await fetch(`${server.url}${path}`)).arrayBuffer();
}
