import { monthSpendingSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { changeModel } from '../models/changeModel.js';
import { dispatch } from '../runs/dispatch.js';

/** A cent a second. */
const TIERS = [
  { name: 'small', launcher: 'fake', usdPerHour: 36 },
  { name: 'own', launcher: 'fake' },
];
const by = { by: 'admin', idempotencyKey: undefined };

async function spending() {
  return monthSpendingSchema.parse((await (await serveFunction('api')).send('/api/spending')).json);
}

describe('what the month has cost', () => {
  it('counts runs that are open up to now, beside the budgets, and names tiers that are not counted', async () => {
    const cp = await testControlPlane({ tiers: TIERS, budget: { monthlyUsd: 50 } });
    const { runId } = await cp.request();
    await dispatch(cp, runId);
    cp.pass(1000);
    await changeModel(cp, 'other', { name: 'Other', monthlyBudgetUsd: 5 }, by);
    await changeModel(cp, 'idle', {}, by);
    expect(await spending()).toEqual({
      month: '2026-01',
      usd: 10,
      budgetUsd: 50,
      whenSpent: 'finish',
      uncountedTiers: ['own'],
      models: [
        { modelId: 'demo', name: 'demo', usd: 10, budgetUsd: null },
        { modelId: 'other', name: 'Other', usd: 0, budgetUsd: 5 },
      ],
    });
  });
});
