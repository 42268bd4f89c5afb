import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BATCH } from '@trainyard/shared';
import { expect, it, onTestFinished } from 'vitest';
import { TrainyardClient } from '../../local/client/trainyardClient.js';
import { startHost } from '../../local/host/host.js';
import { openOneMachine } from '../../local/host/oneMachine.js';
import { openProcessLauncher } from '../../functions/ports/jobLauncher/processLauncher.js';
import { permutation, randomFor } from '../../trainer-job/model/random.js';
import {
  EPOCHS,
  stackSpec,
  TRAINER,
  TRAINER_ENVIRONMENT,
  untilJobsRecorded,
  untilOver,
  writePurchases,
} from '../support/hosts/stack.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { until } from '../support/until.js';

interface Callback {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Answers every callback with "continue" and keeps it, signed as it came. */
async function recorder(): Promise<{ url: string; callbacks: Callback[] }> {
  const callbacks: Callback[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      callbacks.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) });
      response.setHeader('content-type', 'application/json').end('{"status":"ok","command":"continue"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, callbacks };
}

/** What a request says: the trainer sends what has gathered meanwhile, as on a busy machine, as one batch. */
function saidIn({ path, body }: Callback): { kind: string; body: { epoch: number; metrics: unknown } }[] {
  const kind = path.split('/').at(-1) ?? '';
  const said = JSON.parse(body.toString());
  return kind === BATCH ? said.callbacks : [{ kind, body: said }];
}

it('every callback of a real training, sent three times in random order, gives a complete and exact run', async () => {
  const folder = await temporaryFolder();
  const { url, callbacks } = await recorder();
  // The trainer speaks to the recorder; for the host its job goes on until the callbacks have been replayed.
  const host = await startHost({
    directory: folder,
    port: 0,
    openPorts: async (request) => {
      const column = await openOneMachine(request);
      const launcher = openProcessLauncher({
        directory: request.directory.jobs,
        command: [process.execPath, TRAINER],
        baseEnv: TRAINER_ENVIRONMENT,
        cancelGraceMs: 1000,
      });
      return {
        ...column,
        launcher: {
          ...launcher,
          launch: ({ env, ...rest }) =>
            launcher.launch({
              ...rest,
              env: { ...env, CALLBACK_URL: `${url}${new URL(env['CALLBACK_URL'] ?? '').pathname}` },
            }),
          inspect: async () => ({ state: 'running' }),
          cancel: (name) => launcher.cancel(name),
        },
      };
    },
    trainerCommand: ['unused'],
    trainerEnvironment: {},
    print: () => {},
  });
  onTestFinished(async () => {
    await host.stop();
    await untilJobsRecorded(folder);
  });
  const client = new TrainyardClient({ url: host.url, retries: 0 });
  const { runId } = await client.start('echo', stackSpec(await writePurchases(folder)));
  await until(
    'the last callback',
    () => callbacks.flatMap(saidIn).some(({ kind }) => kind === 'completed'),
    60_000,
  );

  const thrice = [...callbacks, ...callbacks, ...callbacks];
  const answers = new Map<number, number>();
  for (const at of permutation(thrice.length, randomFor(process.pid, 'order'))) {
    const { path, headers, body } = thrice[at]!;
    const kept = [
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
      'trainyard-attempt',
      'content-type',
    ];
    const response = await fetch(`${host.url}${path}`, {
      method: 'POST',
      headers: Object.fromEntries(kept.map((name) => [name, String(headers[name])])),
      body: new Uint8Array(body),
    });
    await response.arrayBuffer();
    answers.set(response.status, (answers.get(response.status) ?? 0) + 1);
  }
  expect([...answers.keys()]).toEqual([200]);

  const ended = await untilOver(client, runId);
  expect(ended).toMatchObject({ status: 'completed', attempt: 1, currentEpoch: EPOCHS });
  const sent = callbacks
    .flatMap(saidIn)
    .filter(({ kind }) => kind === 'epoch-complete')
    .map(({ body }) => body);
  const stored = await client.metrics(runId);
  expect(stored.map(({ epoch, metrics }) => ({ epoch, metrics }))).toEqual(
    sent.map(({ epoch, metrics }) => ({ epoch, metrics })),
  );
  expect(stored).toHaveLength(EPOCHS);
  expect(await client.stages(runId)).toHaveLength(6);
}, 120_000);
