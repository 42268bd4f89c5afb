import { experimentLinksSchema, runLinksSchema, runViewSchema, sweepLinksSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { EXAMPLE_SPEC } from '../../test/support/newRun.js';
import { SweepWorld } from '../../test/support/sweepWorld.js';

const PAGES = {
  runUrl: 'https://trainyard.example/runs/{runId}',
  sweepUrl: 'https://trainyard.example/sweeps/{sweepId}',
  experimentUrl: 'https://trainyard.example/models/{modelId}/experiments/{experimentId}',
};

/** The links of a run, of a sweep and of an experiment. */
async function linksWhere(pages: Partial<typeof PAGES>) {
  const cp = await testControlPlane({ notifications: { channels: [], ...pages } });
  const api = await serveFunction('api');
  const started = await api.send('/api/models/demo/training-runs', {
    body: { spec: EXAMPLE_SPEC, experiment: 'wider' },
  });
  const { runId } = runViewSchema.parse(started.json);
  const { sweepId } = await new SweepWorld(cp).start({ space: { 'training.epochs': [1, 2] } });
  const json = async (path: string) => (await api.send(path)).json;
  return {
    ids: { runId, sweepId },
    run: runLinksSchema.parse(await json(`/api/training-runs/${runId}/links`)),
    sweep: sweepLinksSchema.parse(await json(`/api/sweeps/${sweepId}/links`)),
    experiment: experimentLinksSchema.parse(await json('/api/models/demo/experiments/wider/links')),
  };
}

describe('the links', () => {
  it('of a run, a sweep and an experiment lead to the pages that the deployment names', async () => {
    const { ids, run, sweep, experiment } = await linksWhere(PAGES);
    expect(run.page).toBe(`https://trainyard.example/runs/${ids.runId}`);
    expect(sweep).toEqual({ page: `https://trainyard.example/sweeps/${ids.sweepId}` });
    expect(experiment).toEqual({ page: 'https://trainyard.example/models/demo/experiments/wider' });
  });

  it('are null where it names none', async () => {
    const { run, sweep, experiment } = await linksWhere({ runUrl: PAGES.runUrl });
    expect(run.page).not.toBeNull();
    expect([sweep.page, experiment.page]).toEqual([null, null]);
  });
});
