import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { notificationsSchema } from '@trainyard/functions/notify/channels';
import { isTerminal, type TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { until } from '../../test/support/until.js';
import { TrainyardClient } from '../client/trainyardClient.js';
import { startHost, type HostOptions } from './host.js';
import { lockDirectory, runningHost } from './hostLock.js';
import { openOneMachine } from './oneMachine.js';
import { leaveRetrainMessage } from './retrainFolder.js';

const SPEC: TrainingSpecInput = {
  dataset: { source: { uri: '/data/purchases.csv' } },
  features: {
    query: [{ column: 'user', transform: 'lookup', id: true }],
    candidate: [{ column: 'item', transform: 'lookup', id: true }],
  },
};

/** A host whose trainers run `script`. */
async function hostWith(script: string, directory?: string, port = 0, options: Partial<HostOptions> = {}) {
  const host = await startHost({
    directory: directory ?? (await temporaryFolder()),
    port,
    openPorts: openOneMachine,
    trainerCommand: [process.execPath, '-e', script],
    trainerEnvironment: { PATH: process.env['PATH'] ?? '' },
    print: () => {},
    ...options,
  });
  onTestFinished(() => host.stop());
  return { host, client: new TrainyardClient({ url: host.url, retries: 0 }) };
}

describe('a host', () => {
  it('launches a requested run by its event and hears at once that the trainer ended', async () => {
    const { client } = await hostWith('process.exit(2)');
    const began = Date.now();
    const run = await client.start('shop', SPEC);
    expect(run.status).toBe('pending');
    for await (const event of client.follow(run.runId)) {
      if (event.event !== 'run' || !isTerminal(event.data.status)) continue;
      expect(event.data.status).toBe('failed');
      expect(event.data.error?.code).toBe('trainer-rejected');
    }
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  it('tells the configured channels how a run ended', async () => {
    // The framework tells the console as well.
    const spy = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => spy.mockRestore());
    // No name below .invalid is ever resolved (RFC 6761): the attempt is enough.
    const channel = { type: 'slack', name: 'ops', url: 'https://hooks.invalid/very-secret' };
    const notifications = notificationsSchema.parse({ channels: [channel] });
    const { host, client } = await hostWith('process.exit(2)', undefined, 0, { notifications });
    const run = await client.start('shop', SPEC);
    const log = join(host.directory.root, 'functions.log');
    const line = await until('the attempt', async () =>
      (await readFile(log, 'utf8'))
        .split('\n')
        .find((each) => each.includes('a notification could not be delivered')),
    );
    expect(JSON.parse(line)).toMatchObject({
      runId: run.runId,
      channel: 'ops',
      type: 'slack',
      host: 'hooks.invalid',
    });
    expect(line).not.toContain('very-secret');
  });

  it('starts a run of a model that a message in its folder asks for', async () => {
    const { host, client } = await hostWith('process.exit(2)');
    await client.start('shop', SPEC);
    await leaveRetrainMessage(host.directory.retrain, { modelId: 'shop' });
    const requestedBy = await until('the second run', async () => {
      const { runs } = await client.list('shop', {});
      return runs.find((run) => run.runNumber === 2)?.requestedBy;
    });
    expect(requestedBy).toBe('retrain');
  });

  it('gives a trainer its environment and keeps its own secret', async () => {
    const { host, client } = await hostWith(
      'require("fs").writeFileSync("environment.json", JSON.stringify(process.env)); process.exit(2)',
    );
    const run = await client.start('shop', SPEC);
    const file = join(host.directory.jobs, `${run.runId}-1`, 'environment.json');
    const environment = await until(
      'the trainer',
      async () => JSON.parse(await readFile(file, 'utf8')) as Record<string, string>,
    );
    expect(environment['CALLBACK_URL']).toBe(`${host.url}/api/training-runs/${run.runId}/webhook`);
    const master = await readFile(join(host.directory.root, 'master-secret'), 'utf8');
    expect(JSON.stringify(environment)).not.toContain(master);
    expect((await stat(join(host.directory.root, 'master-secret'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(host.directory.root, 'functions.log'), 'utf8')).not.toContain(
      environment['RUN_SECRET'],
    );
  });

  it('sends callbacks to the webhooks and everything else to the api', async () => {
    const { host } = await hostWith('');
    const ask = async (path: string, method = 'GET') => {
      const response = await fetch(`${host.url}${path}`, { method });
      return `${response.status} ${((await response.json()) as { title?: string }).title ?? 'ok'}`;
    };
    expect(await ask('/healthz')).toBe('200 ok');
    expect(await ask('/api/training-runs/abcdefghijklmnopqrst/webhook/heartbeat', 'POST')).toBe(
      '401 Callback not accepted',
    );
    expect(await ask('/api/training-runs/abcdefghijklmnopqrst')).toBe('404 Not found');
    expect(await ask('/_functions/reconcile/', 'POST')).toBe('404 Not found');
    expect(await ask('/_functions/dispatch/projects/p/topics/t', 'POST')).toBe('404 Not found');
    expect(await ask('/_functions/notify/projects/p/topics/t', 'POST')).toBe('404 Not found');
  });

  it('continues with the runs of the one before it', async () => {
    const directory = await temporaryFolder();
    const first = await hostWith('setInterval(() => {}, 1000)', directory);
    const run = await first.client.start('shop', SPEC);
    const provisioned = async () => (await first.client.get(run.runId)).job?.name;
    const job = await until('the launch', provisioned);
    expect(await first.host.openRuns()).toEqual(['shop#1']);
    await first.host.stop();

    const second = await hostWith('', directory);
    expect((await second.client.get(run.runId)).job?.name).toBe(job);
    await second.client.cancel(run.runId);
    await until('the end', async () => (await second.client.get(run.runId)).status === 'cancelled');
    expect((await second.client.start('shop', SPEC)).runNumber).toBe(2);
  });

  it('stops although a stream is open', async () => {
    const { host, client } = await hostWith('setInterval(() => {}, 1000)');
    const run = await client.start('shop', SPEC);
    const stream = await fetch(`${host.url}/api/training-runs/${run.runId}/stream`);
    await until('the launch', async () => (await client.get(run.runId)).job?.name);
    await client.cancel(run.runId);
    await host.stop();
    await expect(stream.text()).rejects.toThrow(/terminated/);
    await expect(client.get(run.runId)).rejects.toThrow(/nobody answers/);
  });

  it('says what to do when its port is taken, and lets go of the directory', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const directory = await temporaryFolder();
    await expect(hostWith('', directory, port)).rejects.toThrow(
      `port ${port} is in use by another program: choose another with --port`,
    );
    await (await lockDirectory(directory, new Date())).release();
  });
});

describe('the lock of a data directory', () => {
  it('lets one host in and names it to the others', async () => {
    const directory = await temporaryFolder();
    const lock = await lockDirectory(directory, new Date());
    expect(await runningHost(directory)).toBeNull();
    await lock.announce('http://127.0.0.1:4711');
    expect(await runningHost(directory)).toEqual({ url: 'http://127.0.0.1:4711', pid: process.pid });
    await expect(lockDirectory(directory, new Date())).rejects.toThrow(
      /a host already works on .+ \(process \d+, http:\/\/127\.0\.0\.1:4711\): use that one, stop it/,
    );
    await lock.release();
    expect(await runningHost(directory)).toBeNull();
  });

  it.each([
    [
      'of a process that is gone',
      JSON.stringify({ pid: 2 ** 22 + 1, processStart: '1', url: null, startedAt: '' }),
    ],
    [
      'of a process number that another one has now',
      JSON.stringify({ pid: process.pid, processStart: '1', url: null, startedAt: '' }),
    ],
    ['that was cut off', '{"pid":'],
  ])('%s is taken over, by one of many', async (_, content) => {
    const directory = await temporaryFolder();
    await writeFile(join(directory, 'host.json'), content);
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => lockDirectory(directory, new Date())),
    );
    expect(tries.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
  });
});
