import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LaunchRejectedError, type LaunchRequest } from '../../functions/ports/jobLauncher/jobLauncher.js';
import { startByPs, startOf } from '../../functions/ports/jobLauncher/processIdentity.js';
import {
  openProcessLauncher,
  type EndedJob,
  type ProcessLauncherOptions,
} from '../../functions/ports/jobLauncher/processLauncher.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { until } from '../support/until.js';
import { built, startBuilt } from './builtProcess.js';

const SLEEP = 'setInterval(() => {}, 1000);';
const STUBBORN = `process.on('SIGTERM', () => {}); ${SLEEP} console.log('deaf');`;

const request = (parts: Partial<LaunchRequest> = {}): LaunchRequest => ({
  runId: 'run',
  attempt: 1,
  modelId: 'shop',
  tier: 'local',
  env: {},
  requestedAt: '2026-01-01T00:00:00.000Z',
  timeoutSeconds: 3600,
  ...parts,
});

/** A launcher whose jobs run `script` in Node. */
async function launcherOf(script: string, options: Partial<ProcessLauncherOptions> = {}) {
  const directory = await temporaryFolder();
  const ended: EndedJob[] = [];
  const open = () =>
    openProcessLauncher({
      directory,
      command: [process.execPath, '-e', script],
      cancelGraceMs: 10_000,
      onEnded: (job) => ended.push(job),
      ...options,
    });
  const pidOf = (name: string) =>
    (JSON.parse(readFileSync(join(directory, name, 'process.json'), 'utf8')) as { pid: number }).pid;
  const output = (name: string) => readFile(join(directory, name, 'output.log'), 'utf8');
  /** Sees to it that nothing of the job is left after the test, and that its end is recorded before the folder goes. */
  const endAfterTest = (name: string) =>
    onTestFinished(async () => {
      killGroup(pidOf(name));
      await until('the end of the job', () => existsSync(join(directory, name, 'end.json')));
    });
  const launch = async (launcher = open(), what = request()) => {
    const { name } = await launcher.launch(what);
    endAfterTest(name);
    return name;
  };
  return { directory, ended, open, launch, endAfterTest, pidOf, output };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

describe('the process launcher', () => {
  it('runs the job of an attempt and tells how it ended', async () => {
    const { open, launch, ended } = await launcherOf('process.exit(75)');
    const launcher = open();
    const name = await launch(launcher, request({ attempt: 3 }));
    expect(name).toBe('run-3');
    await until('the end', () => ended.length > 0);
    expect(ended).toEqual([{ name: 'run-3', runId: 'run', attempt: 3, exitCode: 75 }]);
    expect(await launcher.inspect(name)).toEqual({ state: 'ended', exitCode: 75 });
  });

  it('starts one process however often an attempt is launched', async () => {
    const { open, launch, directory, output } = await launcherOf(`console.log('begun'); ${SLEEP}`);
    const [one, other] = [open(), open()];
    await launch(one);
    const names = await Promise.all(
      [one, one, other, other, open()].map((launcher) => launcher.launch(request())),
    );
    expect(names).toEqual(names.map(() => ({ name: 'run-1' })));
    expect(await readdir(directory)).toEqual(['run-1']);
    await until('the output', async () => (await output('run-1')).includes('begun'));
    expect(await output('run-1')).toBe('begun\n');
  });

  it('starts one process when the first launches come together', async () => {
    const { open, output, endAfterTest } = await launcherOf(`console.log('begun'); ${SLEEP}`);
    const launcher = open();
    const names = await Promise.all(Array.from({ length: 5 }, () => launcher.launch(request())));
    endAfterTest('run-1');
    expect(new Set(names.map(({ name }) => name))).toEqual(new Set(['run-1']));
    await until('the output', async () => (await output('run-1')).includes('begun'));
    expect(await output('run-1')).toBe('begun\n');
  });

  it('launches another attempt as another job', async () => {
    const { open, launch } = await launcherOf(SLEEP);
    const launcher = open();
    await launch(launcher, request());
    expect(await launch(launcher, request({ attempt: 2 }))).toBe('run-2');
    await launcher.cancel('run-1');
    await until('the first to end', async () => (await launcher.inspect('run-1')).state === 'ended');
    expect(await launcher.inspect('run-2')).toEqual({ state: 'running' });
  });

  it('gives the job the environment that was asked for and nothing of its own', async () => {
    process.env['HOST_SECRET'] = 'host secret';
    onTestFinished(() => void delete process.env['HOST_SECRET']);
    const { open, launch, output, ended, directory } = await launcherOf(
      'console.log(JSON.stringify(process.env))',
      {
        baseEnv: { PATH: '/usr/bin', SHARED: 'base' },
      },
    );
    await launch(open(), request({ env: { RUN_SECRET: 'run secret', SHARED: 'request' } }));
    await until('the end', () => ended.length > 0);
    expect(JSON.parse(await output('run-1'))).toEqual({
      PATH: '/usr/bin',
      SHARED: 'request',
      RUN_SECRET: 'run secret',
    });
    for (const file of ['process.json', 'end.json']) {
      expect(await readFile(join(directory, 'run-1', file), 'utf8')).not.toContain('secret');
    }
  });

  it('keeps what the job prints, errors too', async () => {
    const { launch, output, ended } = await launcherOf(`console.log('out'); console.error('err');`);
    await launch();
    await until('the end', () => ended.length > 0);
    expect((await output('run-1')).split('\n').toSorted()).toEqual(['', 'err', 'out']);
  });

  it('rejects a program that is not there, each time', async () => {
    const { open, directory } = await launcherOf('', { command: ['/nowhere/trainer'] });
    const launcher = open();
    for (const _ of [1, 2]) {
      await expect(launcher.launch(request())).rejects.toThrow(LaunchRejectedError);
      await expect(launcher.launch(request())).rejects.toThrow('/nowhere/trainer cannot be started');
    }
    expect(await launcher.inspect('run-1')).toEqual({ state: 'unknown' });
    expect(await readdir(directory)).toEqual([]);
  });

  it('knows no job of a name that was never launched, whatever it looks like', async () => {
    const { open } = await launcherOf(SLEEP);
    const launcher = open();
    for (const name of ['run-9', '../run-1', 'projects/p/jobs/j', '']) {
      expect(await launcher.inspect(name)).toEqual({ state: 'unknown' });
      await launcher.cancel(name);
    }
    await expect(launcher.launch(request({ runId: '../../run' }))).rejects.toThrow(RangeError);
  });
});

describe('after a restart, the process launcher', () => {
  it('finds a job that still runs, launches it no second time and can cancel it', async () => {
    const { open, launch } = await launcherOf(SLEEP);
    await launch();
    const next = open();
    expect(await next.inspect('run-1')).toEqual({ state: 'running' });
    expect(await next.launch(request())).toEqual({ name: 'run-1' });
    await next.cancel('run-1');
    await until('the end', async () => (await next.inspect('run-1')).state === 'ended');
  });

  it('finds a job whose host was killed', async () => {
    const { directory, open, pidOf } = await launcherOf(SLEEP);
    const host = await startBuilt(`
      import { openProcessLauncher } from '${built('ports/jobLauncher/processLauncher')}';
      const command = [process.execPath, '-e', ${JSON.stringify(SLEEP)}];
      const launcher = openProcessLauncher({ directory: ${JSON.stringify(directory)}, command, cancelGraceMs: 1000 });
      console.log((await launcher.launch(${JSON.stringify(request())})).name);
      ${SLEEP}`);
    await until('the launch', () => host.lines.includes('run-1'));
    const pid = pidOf('run-1');
    onTestFinished(() => killGroup(pid));
    await host.kill();
    const next = open();
    expect(await next.inspect('run-1')).toEqual({ state: 'running' });
    expect(await next.launch(request())).toEqual({ name: 'run-1' });
    expect(pidOf('run-1')).toBe(pid);
    process.kill(pid, 'SIGKILL');
    await until('the end', async () => (await next.inspect('run-1')).state === 'ended');
    expect(await next.inspect('run-1')).toEqual({ state: 'ended', exitCode: null });
  });

  it('still knows the exit code that the former one saw', async () => {
    const { open, launch, ended } = await launcherOf('process.exit(2)');
    await launch();
    await until('the end', () => ended.length > 0);
    expect(await open().inspect('run-1')).toEqual({ state: 'ended', exitCode: 2 });
  });

  it('takes no other process for the job because it has got its number', async () => {
    const { directory, open } = await launcherOf(SLEEP);
    const other = spawn(process.execPath, ['-e', SLEEP], { detached: true });
    await once(other, 'spawn');
    onTestFinished(() => killGroup(other.pid!));
    mkdirSync(join(directory, 'run-1'));
    writeFileSync(
      join(directory, 'run-1', 'process.json'),
      JSON.stringify({ pid: other.pid, start: 'of an earlier process' }),
    );
    const launcher = open();
    expect(await launcher.inspect('run-1')).toEqual({ state: 'ended', exitCode: null });
    await launcher.cancel('run-1');
    expect(startOf(other.pid!)).toBeDefined();
  });

  it('counts a launch that died halfway as ended after a short time, and does not repeat it', async () => {
    const { directory, open } = await launcherOf(SLEEP);
    mkdirSync(join(directory, 'run-1'));
    const launcher = open();
    expect(await launcher.inspect('run-1')).toEqual({ state: 'waiting' });
    const before = Date.now() / 1000 - 6;
    utimesSync(join(directory, 'run-1'), before, before);
    expect(await launcher.inspect('run-1')).toEqual({ state: 'ended', exitCode: null });
    expect(await launcher.launch(request())).toEqual({ name: 'run-1' });
    expect(await readdir(join(directory, 'run-1'))).toEqual([]);
  });
});

describe('cancelling a process', () => {
  it('lets the job end by itself, with its own exit code', async () => {
    const { open, launch, ended, output } = await launcherOf(
      `process.on('SIGTERM', () => process.exit(143)); ${SLEEP} console.log('ready');`,
    );
    const launcher = open();
    await launch(launcher);
    await until('the job', async () => (await output('run-1')).includes('ready'));
    await launcher.cancel('run-1');
    await until('the end', () => ended.length > 0);
    expect(await launcher.inspect('run-1')).toEqual({ state: 'ended', exitCode: 143 });
  });

  it('kills a job that ignores SIGTERM, after the grace and not before, however often it is asked', async () => {
    const { open, launch, ended, output } = await launcherOf(STUBBORN, { cancelGraceMs: 500 });
    const launcher = open();
    await launch(launcher);
    await until('the job', async () => (await output('run-1')).includes('deaf'));
    const asked = Date.now();
    for (const _ of [1, 2, 3]) await launcher.cancel('run-1');
    expect(await launcher.inspect('run-1')).toEqual({ state: 'running' });
    await until('the end', () => ended.length > 0);
    expect(Date.now() - asked).toBeGreaterThanOrEqual(450);
    expect(await launcher.inspect('run-1')).toEqual({ state: 'ended', exitCode: null });
    await launcher.cancel('run-1');
  });

  it('takes along what the job has started, even when that ignores SIGTERM', async () => {
    const script = `
      const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(STUBBORN)}]);
      child.stdout.on('data', () => console.log('child', child.pid));
      ${SLEEP}`;
    const { open, launch, output } = await launcherOf(script, { cancelGraceMs: 300 });
    const launcher = open();
    await launch(launcher);
    const child = await until('the child', async () => /child (\d+)/.exec(await output('run-1'))?.[1]);
    await launcher.cancel('run-1');
    await until('the job', async () => (await launcher.inspect('run-1')).state === 'ended');
    await until('the child', () => startOf(Number(child)) === undefined);
  });

  it('lets nothing live on that a job has started and left behind, be it cancelled or over', async () => {
    const script = `
      const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(STUBBORN)}]);
      child.stdout.on('data', () => { console.log('child', child.pid); process.exit(0); });`;
    const { launch, output } = await launcherOf(script);
    await launch();
    const child = await until('the child', async () => /child (\d+)/.exec(await output('run-1'))?.[1]);
    await until('the end of the child', () => startOf(Number(child)) === undefined);
  });

  it('after a restart, kills a job that ignores SIGTERM, and no group that has got its number meanwhile', async () => {
    const { directory, open, launch, output, pidOf } = await launcherOf(STUBBORN, { cancelGraceMs: 300 });
    await launch();
    await until('the job', async () => (await output('run-1')).includes('deaf'));
    const next = open();
    const record = join(directory, 'run-1', 'process.json');
    const identity = readFileSync(record, 'utf8');
    writeFileSync(
      record,
      JSON.stringify({ ...(JSON.parse(identity) as object), start: 'of an earlier process' }),
    );
    await next.cancel('run-1');
    expect(await next.inspect('run-1')).toEqual({ state: 'ended', exitCode: null });
    expect(startOf(pidOf('run-1'))).toBeDefined();
    writeFileSync(record, identity);
    await next.cancel('run-1');
    await until('the end', async () => (await next.inspect('run-1')).state === 'ended');
    expect(startOf(pidOf('run-1'))).toBeUndefined();
  });

  it('reaches a job that is just being launched', async () => {
    const { open, endAfterTest, ended } = await launcherOf(SLEEP);
    const launcher = open();
    const launching = launcher.launch(request());
    await launcher.cancel('run-1');
    await launching;
    endAfterTest('run-1');
    await until('the end', () => ended.length > 0);
  });

  it('tells of a job that was killed from outside', async () => {
    const { open, launch, ended, pidOf } = await launcherOf(SLEEP);
    const launcher = open();
    await launch(launcher);
    process.kill(pidOf('run-1'), 'SIGKILL');
    await until('the end', () => ended.length > 0);
    expect(ended[0]?.exitCode).toBeNull();
    expect(await launcher.inspect('run-1')).toEqual({ state: 'ended', exitCode: null });
  });
});

describe.each([
  ['/proc', startOf],
  ['ps', startByPs],
])('the start of a process by %s', (_, start) => {
  it('stays the same, differs between processes, and is nothing for those that ended', async () => {
    const child = spawn(process.execPath, ['-e', SLEEP]);
    await once(child, 'spawn');
    const first = start(child.pid!);
    expect(first).toBeTruthy();
    expect(start(child.pid!)).toBe(first);
    expect(start(1)).not.toBe(first);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(start(child.pid!)).toBeUndefined();
  });
});
