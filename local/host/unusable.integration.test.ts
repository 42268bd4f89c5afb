import { mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { until } from '../../test/support/until.js';
import { serveUntilInterrupted } from '../commands/up.js';
import { startHost, type Host } from './host.js';
import type { HostPorts } from './hostPorts.js';
import { openOneMachine } from './oneMachine.js';

async function start(directory: string, change: (ports: HostPorts) => HostPorts = (ports) => ports) {
  const printed: string[] = [];
  const host = await startHost({
    directory,
    port: 0,
    openPorts: async (request) => change(await openOneMachine(request)),
    trainerCommand: [process.execPath, '-e', ''],
    trainerEnvironment: {},
    print: (line) => void printed.push(line),
  });
  onTestFinished(() => host.stop());
  return { host, printed };
}

/** The data directory of a host that has run and stopped. */
async function usedDirectory() {
  const directory = await temporaryFolder();
  const { host } = await start(directory);
  await host.stop();
  return directory;
}

describe('a host whose directory cannot be used', () => {
  it.each<[what: string, file: string, damage: (file: string) => Promise<void>, says: RegExp]>([
    [
      'a database without its header',
      'documents.db',
      (file) => writeFile(file, 'no database '.repeat(1000)),
      /is damaged: .*copy/,
    ],
    [
      'events without their header',
      'events.db',
      (file) => writeFile(file, 'no database '.repeat(1000)),
      /is damaged: .*copy/,
    ],
    [
      'a secret that was cut off',
      'master-secret',
      (file) => writeFile(file, 'short'),
      /is damaged: delete it/,
    ],
    [
      'a secret of zeros',
      'master-secret',
      (file) => writeFile(file, Buffer.alloc(64)),
      /is damaged: delete it/,
    ],
    ['a folder in the place of the database', 'documents.db', replacedByFolder, /cannot be opened/],
    ['a folder in the place of the secret', 'master-secret', replacedByFolder, /cannot be opened/],
    ['a folder in the place of the log', 'functions.log', replacedByFolder, /cannot be opened/],
  ])('says so in one sentence, with the file: %s', async (_what, name, damage, says) => {
    const directory = await usedDirectory();
    const file = join(directory, name);
    for (const rest of [`${file}-wal`, `${file}-shm`]) await rm(rest, { force: true });
    await damage(file);
    const error: unknown = await start(directory).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UserError);
    const { message } = error as UserError;
    expect(message).toContain(file);
    expect(message).toMatch(says);
    expect(message).not.toContain('\n');
  });

  it('goes on without a log when the disk is full, and says so', async () => {
    const directory = await usedDirectory();
    const file = join(directory, 'functions.log');
    await rm(file);
    await symlink('/dev/full', file);
    const { host, printed } = await start(directory);
    await fetch(`${host.url}/api/models/%zz`);
    const line = await until('the word of it', async () => {
      // Each malformed message is a line of the log.
      await fetch(`${host.url}/api/models`, { headers: { 'last-event-id': 'x' } });
      await host.openRuns();
      await mkdir(host.directory.retrain, { recursive: true });
      await writeFile(join(host.directory.retrain, `${Date.now()}.json`), 'no message');
      return printed.find((one) => one.includes('functions.log'));
    });
    expect(line).toMatch(/the disk is full: make room/);
    expect((await fetch(`${host.url}/health`)).status).toBe(200);
  });

  it('keeps its databases to its owner in any folder', async () => {
    const directory = await temporaryFolder();
    await mkdir(join(directory, 'open'), { mode: 0o755 });
    const { host } = await start(join(directory, 'open'));
    await fetch(`${host.url}/health`);
    for (const name of ['documents.db', 'documents.db-wal', 'events.db', 'events.db-wal', 'master-secret'])
      expect({ name, mode: (await stat(join(directory, 'open', name))).mode & 0o077 }).toEqual({
        name,
        mode: 0,
      });
    expect((await readFile(join(directory, 'open', 'master-secret'), 'utf8')).length).toBeGreaterThan(31);
  });
});

describe('a host whose store has gone', () => {
  it('leaves all the same when it is interrupted', async () => {
    const never = () => new Promise<never>(() => undefined);
    let isGone = false;
    const { host } = await start(await temporaryFolder(), (ports) => {
      const { store } = ports;
      const query = store.query.bind(store);
      store.query = (asked) => (isGone ? never() : query(asked));
      return ports;
    });
    isGone = true;
    const began = performance.now();
    const notes = await interrupted(host);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(notes.join()).toContain('which runs are open is not known: no answer for 2 s');
    await expect(fetch(`${host.url}/health`)).rejects.toThrow('fetch failed');
  }, 40_000);
});

async function interrupted(host: Host): Promise<string[]> {
  const notes: string[] = [];
  const context = {
    note: (line: string) => void notes.push(line),
    terminal: { draw: () => undefined },
    interrupted: AbortSignal.abort(),
  };
  await serveUntilInterrupted(host, context);
  return notes;
}

async function replacedByFolder(file: string): Promise<void> {
  await rm(file, { force: true });
  await mkdir(file);
}
