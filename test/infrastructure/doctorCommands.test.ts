import { describe, expect, it } from 'vitest';
import { examineProject } from '../../local/doctor/cloud/examine.js';
import { commandsIn } from '../deploy/commands.js';
import { healthyProject, ID, NOW, REGION } from '../support/google/healthyProject.js';
import { HARMS } from '../support/google/harms.js';
import { startGoogleStandIn } from '../support/google/standIn.js';
import { missingGcloud, parseByGcloud } from '../support/google/gcloud.js';
import { commandLine } from '../../cloudbuild/plan/script.js';

/** The commands that the doctor names, over all the ways in which a project can be wrong. */
async function named(): Promise<string[]> {
  const found = new Set<string>();
  for (const [, harm] of HARMS) {
    const answers = await healthyProject();
    harm(answers);
    const { endpoint } = await startGoogleStandIn(answers);
    const api = { token: () => Promise.resolve('t0ken'), endpoint, pauseMs: 1 };
    const findings = await examineProject({ projectId: ID, region: REGION, api, now: NOW });
    for (const { mend } of findings)
      if (mend) for (const command of commandsIn(mend)) found.add(commandLine(command));
  }
  return [...found];
}

describe.skipIf(missingGcloud)('the commands of trainyard doctor', () => {
  it('are read by gcloud itself', { timeout: 120_000 }, async () => {
    const commands = await named();
    expect(commands.length).toBeGreaterThan(15);
    const refused = (await parseByGcloud(commands)).filter(({ success }) => !success);
    expect(refused.map(({ command_string: line, error_message: why }) => `${line}: ${why}`)).toEqual([]);
  });
});
