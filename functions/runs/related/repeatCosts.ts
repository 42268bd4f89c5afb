/** Whether the budgets of the month have room for repetitions of a run, those that are under way counted as if they were over. */
import { isTerminal, monthOf, newModel, withCostUntil, type Run } from '@trainyard/shared';
import type { DomainError } from '../../errors/domainError.js';
import { readModel } from '../../models/repository.js';
import type { StartPorts } from '../createRun.js';
import { estimateRun } from '../estimate.js';
import { hasMonthlyBudget, overMonthlyBudget } from '../monthlyBudget.js';
import { cheapest } from '../runBudget.js';
import { spendingIn } from '../spending.js';

/** Why no `more` repetitions may be started beside the runs that are alike; undefined where they may. */
export async function overBudgetTogether(
  cp: StartPorts,
  run: Run,
  { alike, more }: { alike: readonly Run[]; more: number },
): Promise<DomainError | undefined> {
  const now = cp.now();
  const model = (await readModel(cp.store, run.modelId)) ?? newModel(run.modelId, now);
  if (more === 0 || !hasMonthlyBudget(cp, model)) return undefined;
  const each = cheapest(await estimateRun(cp, run.modelId, run.spec))?.usd;
  const open = alike.filter(({ status }) => !isTerminal(status));
  const needed = {
    leastUsd: each === undefined ? null : each * more + stillToCome(open, each, now),
    what: `${more === 1 ? 'one more repetition is' : `${more} repetitions are`}${open.length === 0 ? '' : `, with what is under way of ${open.length} alike,`}`,
  };
  return overMonthlyBudget(cp, model, await spendingIn(cp, monthOf(now)), needed, now);
}

/** What the runs would cost yet, each as much as all. */
function stillToCome(open: readonly Run[], eachUsd: number, now: Date): number {
  const left = open.map((run) => Math.max(0, eachUsd - (withCostUntil(run, now).cost?.usd ?? 0)));
  return left.reduce((sum, usd) => sum + usd, 0);
}
