import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { reportLines } from '../report.js';
import { judgeMachine, lookAtMachine, type Machine } from './examineMachine.js';

const GB = 2 ** 30;
const GOOD: Machine = {
  nodeVersion: '22.12.0',
  memoryBytes: 8 * GB,
  processors: 4,
  freeBytes: 50 * GB,
  isPortFree: true,
  hasTrainer: true,
  hasNativeTensorflow: true,
  emulatorsMissing: null,
};

it('a machine that has everything has nothing to mend', () => {
  const findings = judgeMachine(GOOD);
  expect(findings.filter(({ severity, mend }) => severity !== 'ok' || mend !== null)).toEqual([]);
});

it.each<[what: string, lack: Partial<Machine>, severity: string, mend: RegExp | null]>([
  ['an older Node 20', { nodeVersion: '20.18.3' }, 'error', /nvm install/],
  ['a Node between', { nodeVersion: '21.7.0' }, 'error', /nvm install/],
  ['a Node 22 before 22.12', { nodeVersion: '22.11.0' }, 'error', /nvm install/],
  ['no build', { hasTrainer: false }, 'error', /npm run build/],
  ['little memory', { memoryBytes: 2 * GB }, 'warning', null],
  ['a full disk', { freeBytes: GB }, 'warning', null],
  ['a port in use', { isPortFree: false }, 'warning', /--port 0/],
  ['no native TensorFlow', { hasNativeTensorflow: false }, 'warning', /setup:tensorflow/],
  ['no emulators', { emulatorsMissing: 'no Java' }, 'warning', /gcloud components install/],
])('%s is found', (_what, lack, severity, mend) => {
  const wrong = judgeMachine({ ...GOOD, ...lack }).filter((finding) => finding.severity !== 'ok');
  expect(wrong).toMatchObject([{ severity, mend: mend ? expect.stringMatching(mend) : null }]);
});

it('the machine that this runs on is looked at, also for a folder that is not there yet', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const machine = await lookAtMachine(join(await temporaryFolder(), 'not/yet'), port);
  await new Promise((resolve) => server.close(resolve));
  expect(machine).toMatchObject({ nodeVersion: process.versions.node, isPortFree: false });
  expect(machine.freeBytes).toBeGreaterThan(0);
});

it('the report has a line for each finding, its command below, and a sum', () => {
  const lines = reportLines(judgeMachine({ ...GOOD, hasTrainer: false }));
  expect(lines).toContain('✗ build       the trainer is not built');
  expect(lines[lines.indexOf('✗ build       the trainer is not built') + 1]?.trim()).toBe('npm run build');
  expect(lines.at(-1)).toBe('6 well, 1 wrong, 0 to look at, 0 not to be seen');
});
