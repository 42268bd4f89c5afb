import { monthOf, monthSpendingSchema } from '@trainyard/shared';
import { teamsOf } from '@trainyard/shared/feed/queries';
import { parseModel } from '../../models/repository.js';
import { queries } from '../../queries.js';
import { spendingIn } from '../../runs/spending.js';
import { uncountedTiers } from '../../runs/tiers.js';
import { defineRoute } from '../defineRoute.js';
import { noParams, noQuery } from './parameters.js';

export const spendingRoute = defineRoute({
  method: 'GET',
  path: '/api/spending',
  summary: 'Read what runs have cost this month, beside the budgets',
  operationId: 'getSpending',
  description:
    'Runs that have ended by what they have cost, open ones up to now. The sum is of all runs of the deployment; of models, those are named that the caller sees.',
  access: 'viewer',
  params: noParams,
  query: noQuery,
  result: monthSpendingSchema,
  success: 200,
  async handle(cp, { caller }) {
    const month = monthOf(cp.now());
    const [{ usd, byModel }, found] = await Promise.all([
      spendingIn(cp, month),
      cp.store.query(queries.allModels(teamsOf(caller))),
    ]);
    const models = found
      .map(parseModel)
      .map(({ modelId, name = modelId, monthlyBudgetUsd: budgetUsd }) => ({
        modelId,
        name,
        usd: byModel.get(modelId) ?? 0,
        budgetUsd,
      }))
      .filter((model) => model.usd > 0 || model.budgetUsd !== null)
      .toSorted((a, b) => b.usd - a.usd || (a.modelId < b.modelId ? -1 : 1));
    const { monthlyUsd: budgetUsd, whenSpent } = cp.config.budget;
    return {
      body: { month, usd, budgetUsd, whenSpent, uncountedTiers: uncountedTiers(cp, undefined), models },
    };
  },
});
