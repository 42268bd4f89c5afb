/** A host that writes to MLflow, with a real training; then the past of another host that did not. */
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TrainyardClient } from '../../local/client/trainyardClient.js';
import { startHost } from '../../local/host/host.js';
import { openOneMachine } from '../../local/host/oneMachine.js';
import { mlflowSettingsOf } from '../../functions/mlflow/settings.js';
import { mlflowStandIn } from '../support/mlflow.js';
import {
  stackSpec,
  TRAINER,
  TRAINER_ENVIRONMENT,
  untilJobsRecorded,
  untilOver,
  writePurchases,
} from '../support/hosts/stack.js';
import { runCommandLine } from '../support/runCommandLine.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { until } from '../support/until.js';

describe('a host of this machine', () => {
  it('writes each run to MLflow, and an export of the past finds nothing left to write, or all of it', async () => {
    const server = await mlflowStandIn();
    const token = 'a-token-that-mlflow-wants';
    server.authorization = `Bearer ${token}`;
    const environment = { TRAINYARD_MLFLOW_URI: server.endpoint, TRAINYARD_MLFLOW_TOKEN: token };
    const folder = await temporaryFolder();
    const settings = mlflowSettingsOf({ uri: server.endpoint, TRAINYARD_MLFLOW_TOKEN: token });
    const host = await startHost({
      directory: join(folder, 'data'),
      port: 0,
      openPorts: openOneMachine,
      trainerCommand: [process.execPath, TRAINER],
      trainerEnvironment: TRAINER_ENVIRONMENT,
      mlflow: settings,
      print: () => undefined,
    });
    onTestFinished(async () => {
      await host.stop();
      await untilJobsRecorded(join(folder, 'data'));
    });
    const client = new TrainyardClient({ url: host.url, retries: 0 });
    const spec = stackSpec(await writePurchases(folder, 2000));
    const parent = await client.start('shop', { ...spec, training: { ...spec.training, epochs: 1 } });
    const { runId } = await client.start(
      'shop',
      { ...spec, training: { ...spec.training, epochs: 3 } },
      { parentRunId: parent.runId, title: 'the child' },
    );
    await untilOver(client, runId);
    await until('the version in the registry', () =>
      server.versions.some(({ run_id: id }) => id === server.runOf(runId).id),
    );
    const there = await until(
      'the end of the run there',
      () => server.runOf(runId).status === 'FINISHED' && server.runOf(runId),
    );
    expect(there.tags.get('mlflow.parentRunId')).toBe(server.runOf(parent.runId).id);
    expect(server.points(runId, 'loss').map(({ step }) => step)).toEqual([1, 2, 3]);
    const epochs = await client.metrics(runId);
    expect(server.points(runId, 'val_loss').map(({ value }) => value)).toEqual(
      epochs.map(({ metrics }) => metrics['val_loss']),
    );
    const paths = [...server.artifacts.keys()].map((path) => path.split('/artifacts/')[1]);
    expect(paths).toEqual(
      expect.arrayContaining([
        'evaluation.json',
        'report.html',
        'manifest.json',
        'visualizations/learning_curves.svg',
      ]),
    );
    const { external } = await until('where it is there', async () => {
      const run = await client.get(runId);
      return run.external && run;
    });
    expect(external?.mlflowRunId).toBe(there.id);
    await untilOver(client, parent.runId);
    await until('the end of the parent there', () => server.runOf(parent.runId).status === 'FINISHED');

    await until('both versions', () => server.versions.length === 2);
    const again = ['export', 'mlflow', '--model', 'shop', '--url', host.url];
    // The host may be about to say that all is there; whoever says it first, nothing else is written.
    const first = await runCommandLine(again, '/', environment);
    expect([first.code, first.out]).toEqual([0, expect.stringContaining('; 0 points of metrics were sent')]);
    const heard = server.requests.length;
    const second = await runCommandLine(again, '/', environment);
    expect([second.code, second.out]).toEqual([0, expect.stringContaining('2 were there already')]);
    expect(server.requests.slice(heard).filter((what) => /log-batch|create|update/.test(what))).toEqual([]);

    const empty = await mlflowStandIn();
    const whole = await runCommandLine(
      ['export', 'mlflow', '--to', empty.endpoint, '--url', host.url],
      '/',
      environment,
    );
    expect([whole.code, whole.out]).toEqual([0, expect.stringContaining('2 written')]);
    // The other server was sent no token of this one, and has the same.
    const facts = (points: ReturnType<typeof server.points>) =>
      points.map(({ key, step, value, timestamp }) => `${key} ${step} ${value} ${timestamp}`);
    expect(facts(empty.runOf(runId).points).toSorted()).toEqual(facts(there.points).toSorted());
    expect(Object.fromEntries(empty.runOf(runId).params)).toEqual(Object.fromEntries(there.params));
    expect(empty.versions.map(({ name }) => name)).toEqual(['shop', 'shop']);
  });
});
