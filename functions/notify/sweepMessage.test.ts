import { paths, type TrainyardEvent } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { SweepWorld, type WorldOptions } from '../../test/support/sweepWorld.js';
import { changeSweep } from '../sweeps/changeSweep.js';
import { shownOf, webhookBodySchema } from './anyMessage.js';
import type { Poster } from './delivery.js';
import { slackBody } from './formats.js';
import { mailOf } from './email.js';
import { notify } from './notify.js';
import { sweepMessageSchema, type SweepMessage } from './sweepMessage.js';

const WEBHOOK = {
  type: 'webhook',
  name: 'ci',
  url: 'https://ci.test/hook',
  secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
} as const;
const PAGES = {
  runUrl: 'https://trainyard.example/runs/{runId}',
  sweepUrl: 'https://trainyard.example/sweeps/{sweepId}',
};
const LEARNING_RATE = 'training.optimizer.learningRate';
const REQUEST = {
  name: 'rates',
  space: { [LEARNING_RATE]: [0.1, 0.2, 0.3] },
  strategy: 'grid',
  maxTrials: 3,
};

/** A sweep that has ended, its events, and what a program hears of them. */
async function endedSweep(options: WorldOptions = {}, on?: 'cancelled'[]) {
  const cp = await testControlPlane({
    notifications: { channels: [{ ...WEBHOOK, ...(on && { on }) }], ...PAGES },
  });
  const world = new SweepWorld(cp, options);
  const { sweepId } = await world.start(REQUEST);
  await world.run(sweepId);
  const events = () => cp.bus.published.filter(({ data }) => data.kind === 'sweep');
  const heard = async (event: TrainyardEvent | undefined) => {
    const bodies: string[] = [];
    const send: Poster = async ({ body }) => {
      bodies.push(body);
      return 200;
    };
    if (event) await notify(cp, event, send);
    return bodies.map((body) => webhookBodySchema.parse(JSON.parse(body)));
  };
  return { cp, world, sweepId, events, heard };
}

const rateOf = (parameters: Readonly<Record<string, unknown>>) => Number(parameters[LEARNING_RATE]);

describe('the message about a sweep', () => {
  it('has its best trial, its counts, its cost and the way to it, once, though its trials are told of to nobody', async () => {
    const { cp, world, sweepId, events, heard } = await endedSweep({
      objectiveOf: (parameters) => (rateOf(parameters) === 0.3 ? 'fails' : rateOf(parameters)),
    });
    const told = [];
    for (const event of cp.bus.published) told.push(...(await heard(event)));
    const [first] = await world.trials(sweepId);
    const at = events().find(({ type }) => type === 'sweep.completed')?.time;
    expect(told).toEqual([
      {
        type: 'sweep.completed',
        timestamp: at,
        data: {
          outcome: 'sweep',
          title: '[demo] Sweep rates ended: all its trials were made',
          sweepId,
          sweepName: 'rates',
          modelId: 'demo',
          endReason: 'maxTrials',
          endedAt: at,
          seconds: expect.any(Number) as number,
          costUsd: expect.any(Number) as number,
          objective: { metric: 'val_loss', direction: 'minimize' },
          trials: { running: 0, completed: 2, pruned: 0, failed: 1, cancelled: 0 },
          best: { number: 1, runId: first?.runId, value: 0.1, parameters: { [LEARNING_RATE]: 0.1 } },
          failures: [{ code: expect.any(String) as string, trials: 1 }],
          sweepUrl: `https://trainyard.example/sweeps/${sweepId}`,
          bestRunUrl: `https://trainyard.example/runs/${first?.runId}`,
        },
      },
    ]);
  });

  it('is about the round that ended, though the sweep was extended since', async () => {
    const { cp, world, sweepId, events, heard } = await endedSweep({ objectiveOf: rateOf });
    const change = { action: 'extend', limits: { maxTrials: 4, timeoutSeconds: 60 } } as const;
    const end = events().find(({ type }) => type === 'sweep.completed');
    // The grid has three: a fourth trial is one that somebody wants.
    await expect(changeSweep(cp, { sweepId, change, by: 'test', idempotencyKey: undefined })).rejects.toThrow(
      /would end at once/,
    );
    const sweep = await world.sweep(sweepId);
    await cp.store.optimistic(async (tx) => {
      tx.set(paths.sweep(sweepId), { ...sweep, space: JSON.stringify(sweep.space), round: 2 });
    });
    expect(await heard(end)).toMatchObject([{ data: { endReason: 'maxTrials', trials: { completed: 3 } } }]);
  });

  it('of one that was cancelled goes to who wants to hear of that', async () => {
    const { cp, world, sweepId, events, heard } = await endedSweep({}, ['cancelled']);
    expect(await heard(events().find(({ type }) => type === 'sweep.completed'))).toEqual([]);
    const started = await world.start({ ...REQUEST, name: 'stopped' });
    const change = { action: 'cancel' } as const;
    await changeSweep(cp, { sweepId: started.sweepId, change, by: 'test', idempotencyKey: undefined });
    await world.run(started.sweepId);
    expect(started.sweepId).not.toBe(sweepId);
    expect(await heard(events().find(({ type }) => type === 'sweep.cancelled'))).toMatchObject([
      { type: 'sweep.cancelled', data: { title: '[demo] Sweep stopped cancelled', outcome: 'cancelled' } },
    ]);
  });
});

const MESSAGE: SweepMessage = sweepMessageSchema.parse({
  outcome: 'sweep',
  title: '[shop] Sweep <wider> ended: its time was over',
  sweepId: 'q5w2kzt7mbx3hvac4ndy',
  sweepName: '<wider>',
  modelId: 'shop',
  endReason: 'timeout',
  endedAt: '2026-01-01T01:02:03.000Z',
  seconds: 3723,
  costUsd: 4.2,
  objective: { metric: 'val_loss', direction: 'minimize' },
  trials: { running: 0, completed: 5, pruned: 3, failed: 2, cancelled: 0 },
  best: {
    number: 4,
    runId: 'k3v7q2mzx5ahc4tnwy6d',
    value: 6.21,
    parameters: { 'training.batchSize': 512, [LEARNING_RATE]: 0.0123456789 },
  },
  failures: [{ code: 'out-of-memory', trials: 2 }],
  sweepUrl: 'https://trainyard.example/sweeps/q5w2kzt7mbx3hvac4ndy',
  bestRunUrl: null,
});

describe('what people are shown of a sweep', () => {
  it('is its counts, its best, why trials failed and the parameters', () => {
    expect(shownOf(MESSAGE)).toEqual({
      title: '[shop] Sweep <wider> ended: its time was over',
      color: 'Good',
      facts: [
        ['Sweep', '<wider> (q5w2kzt7mbx3hvac4ndy)'],
        ['Ended', '2026-01-01 01:02:03 UTC'],
        ['Trials', '5 completed, 3 pruned, 2 failed'],
        ['Best', 'val_loss 6.2100 of trial 4 (k3v7q2mzx5ahc4tnwy6d)'],
        ['Duration', '1 h 2 min'],
        ['Cost', '$4.20'],
      ],
      error: null,
      warnings: { title: 'Trials failed', lines: ['2 trials failed with out-of-memory'] },
      rows: [
        ['parameter', 'best trial'],
        ['training.batchSize', '512'],
        [LEARNING_RATE, '0.0123457'],
      ],
      link: { title: 'Open the sweep', url: 'https://trainyard.example/sweeps/q5w2kzt7mbx3hvac4ndy' },
    });
  });

  it('is that nothing was found, where no trial has a result', () => {
    const { facts, color, rows } = shownOf({ ...MESSAGE, best: null, endReason: 'failures' });
    expect(facts).toContainEqual(['Best', 'no trial has a result']);
    expect({ color, rows }).toEqual({ color: 'Attention', rows: [] });
  });

  it('leads to the best run where no page of sweeps is known', () => {
    const bestRunUrl = 'https://trainyard.example/runs/k3v7q2mzx5ahc4tnwy6d';
    const { link } = shownOf({ ...MESSAGE, sweepUrl: null, bestRunUrl });
    expect(link).toEqual({ title: 'Open the best run', url: bestRunUrl });
  });

  it('is escaped in Slack and in mail', () => {
    expect(JSON.stringify(slackBody(MESSAGE))).toContain('*Sweep* &lt;wider&gt; (q5w2kzt7mbx3hvac4ndy)');
    expect(mailOf(MESSAGE).html).toContain('<td align="left">&lt;wider&gt; (q5w2kzt7mbx3hvac4ndy)</td>');
  });
});
