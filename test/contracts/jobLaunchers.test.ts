import { readdirSync } from 'node:fs';
import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tierSchema } from '../../functions/compute/tier.js';
import { openCloudRunJobsLauncher } from '../../functions/ports/jobLauncher/cloudRunJobsLauncher.js';
import { openProcessLauncher } from '../../functions/ports/jobLauncher/processLauncher.js';
import { openVertexCustomJobLauncher } from '../../functions/ports/jobLauncher/vertexCustomJobLauncher.js';
import { CloudRunStandIn } from '../support/standIns/cloudRunStandIn.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { until } from '../support/until.js';
import { VertexStandIn } from '../support/standIns/vertexStandIn.js';
import { describeJobLauncher } from './jobLauncher.contract.js';

/** Runs until it finds what it shall end with. */
const TRAINER = `
  const fs = require('node:fs');
  setInterval(() => fs.existsSync('code') && process.exit(Number(fs.readFileSync('code', 'utf8'))), 20);`;

describeJobLauncher('a process', async () => {
  const directory = await temporaryFolder();
  let running = 0;
  const command = [process.execPath, '-e', TRAINER] as const;
  const open = () =>
    openProcessLauncher({ directory, command, cancelGraceMs: 5_000, onEnded: () => void running-- });
  const end = async (name: string, exitCode: number) => {
    await writeFile(join(directory, name, 'code.unfinished'), String(exitCode));
    await rename(join(directory, name, 'code.unfinished'), join(directory, name, 'code'));
  };
  onTestFinished(async () => {
    running += readdirSync(directory).length;
    for (const name of await readdir(directory)) await end(name, 0);
    await until('the processes to end', () => running === 0);
  });
  return { open, tier: 'local', started: async () => (await readdir(directory)).length, end };
});

describeJobLauncher('Cloud Run', async () => {
  const jobName = 'trainyard-run-cpu';
  const region = 'europe-west4';
  const cloudRun = await CloudRunStandIn.start([`projects/shop/locations/${region}/jobs/${jobName}`]);
  onTestFinished(() => cloudRun.close());
  const open = () => {
    const tiers = [{ name: 'run-cpu', region, jobName }];
    const launcher = openCloudRunJobsLauncher({ projectId: 'shop', tiers, client: cloudRun.client });
    onTestFinished(() => launcher.close());
    return launcher;
  };
  return {
    open,
    tier: 'run-cpu',
    started: async () => cloudRun.executions.size,
    end: async (name, exitCode) => cloudRun.end(name, exitCode),
  };
});

describeJobLauncher('Vertex AI', async () => {
  const vertex = await VertexStandIn.start();
  onTestFinished(() => vertex.close());
  const { machine } = tierSchema.parse({
    name: 'cpu',
    launcher: 'vertexCustomJob',
    machine: { region: 'europe-west4', machineType: 'n1-standard-8', cpu: 8, memoryGb: 30 },
  });
  if (!machine) throw new Error('the tier has a machine');
  const open = () => {
    const launcher = openVertexCustomJobLauncher({
      projectId: 'shop',
      serviceAccount: 'trainer@shop.iam.gserviceaccount.com',
      tiers: [{ name: 'cpu', machine, image: 'trainer', diskGb: 100 }],
      client: vertex.client,
    });
    onTestFinished(() => launcher.close());
    return launcher;
  };
  return {
    open,
    tier: 'cpu',
    started: async () => vertex.jobs.size,
    end: async (name, exitCode) => {
      const message = `The replica workerpool0-0 exited with a non-zero status of ${exitCode}.`;
      vertex.set(
        name,
        exitCode === 0
          ? { state: 'JOB_STATE_SUCCEEDED' }
          : { state: 'JOB_STATE_FAILED', error: { code: 3, message } },
      );
    },
  };
});
