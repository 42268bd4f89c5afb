/** Budgets of a month, of the deployment and of a model: who may not start, who is warned, who is stopped. */
import {
  BUDGET_EXCEEDED,
  budgetReachedSchema,
  inDollars,
  monthOf,
  paths,
  spendingSchema,
  type BudgetReached,
  type ModelDocument,
  type ModelEvent,
  type Run,
  type RunError,
} from '@trainyard/shared';
import type { Configured, ControlPlane } from '../controlPlane.js';
import { eventContext, modelEvent, type EventContext } from '../events/runEvent.js';
import { DomainError } from '../errors/domainError.js';
import { readModel } from '../models/repository.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { recordLifecycle, type PlanPorts } from './lifecycle.js';
import { outboxWrite, publishCommitted } from '../events/outbox.js';
import { spendingIn, type Spending, type SpendingPorts } from './spending.js';
import type { ControlPlaneErrorCode } from '@trainyard/shared/errors/controlPlaneErrors';

/** Shares of a budget at which a warning is told. */
const WARNED_AT = [0.5, 0.8, 1];

interface Budget {
  scope: 'deployment' | 'model';
  limitUsd: number;
  spentUsd: number;
}

type Budgeted = Pick<ModelDocument, 'modelId' | 'monthlyBudgetUsd'>;

/** Whether anything is to be counted for a start of this model. */
export function hasMonthlyBudget(cp: Configured, model: Budgeted): boolean {
  return cp.config.budget.monthlyUsd !== null || model.monthlyBudgetUsd !== null;
}

function budgetsOf(cp: Configured, model: Budgeted, { usd, byModel }: Spending): Budget[] {
  const { monthlyUsd } = cp.config.budget;
  const { modelId, monthlyBudgetUsd } = model;
  const spentUsd = byModel.get(modelId) ?? 0;
  return [
    ...(monthlyUsd === null ? [] : [{ scope: 'deployment' as const, limitUsd: monthlyUsd, spentUsd: usd }]),
    ...(monthlyBudgetUsd === null ? [] : [{ scope: 'model' as const, limitUsd: monthlyBudgetUsd, spentUsd }]),
  ];
}

/** What is about to be paid for. */
export interface Needed {
  /** What it would cost at least; null where nobody knows. */
  leastUsd: number | null;
  /** What that is, and `is` or `are`. */
  what: string;
}

/** Why a model may start no run now; undefined where it may. */
export function overMonthlyBudget(
  cp: Configured,
  model: Budgeted,
  spending: Spending,
  { leastUsd, what }: Needed,
  now: Date,
): DomainError | undefined {
  const month = monthOf(now);
  for (const budget of budgetsOf(cp, model, spending)) {
    const { spentUsd, limitUsd } = budget;
    const isSpent = spentUsd >= limitUsd;
    if (!isSpent && spentUsd + (leastUsd ?? 0) <= limitUsd) continue;
    const needed =
      isSpent || leastUsd === null ? '' : `, and ${what} estimated to cost ${inDollars(leastUsd)} at least`;
    const detail = `${inDollars(spentUsd)} of the ${inDollars(limitUsd)} that ${budgetName(budget, model.modelId)} allows in ${month} (UTC) are spent${needed}: ${remedyOf(budget, month)}.`;
    return new DomainError(BUDGET_EXCEEDED, detail);
  }
  return undefined;
}

function budgetName({ scope }: Pick<Budget, 'scope'>, modelId: string): string {
  return scope === 'deployment' ? 'TRAINYARD_MONTHLY_BUDGET_USD' : `the monthly budget of model "${modelId}"`;
}

function remedyOf({ scope }: Pick<Budget, 'scope'>, month: string): string {
  const next = new Date(`${month}-01T00:00:00.000Z`);
  next.setUTCMonth(next.getUTCMonth() + 1);
  const raise =
    scope === 'deployment' ? 'raise TRAINYARD_MONTHLY_BUDGET_USD' : "raise the model's monthlyBudgetUsd";
  return `${raise}, or wait until ${next.toISOString().slice(0, 10)}`;
}

/**
 * Warns of each budget of the run's model, and of the deployment's, whose next share is spent: once a share, however often this is
 * called. The events are in the outbox then, and returned for who may publish them.
 */
export async function warnOfBudgets(cp: SpendingPorts, run: Run, known?: Spending): Promise<ModelEvent[]> {
  const model = await budgetedModel(cp, run.modelId);
  if (!hasMonthlyBudget(cp, model)) return [];
  const month = monthOf(cp.now());
  const spending = known ?? (await spendingIn(cp, month));
  const reached = budgetsOf(cp, model, spending).flatMap((budget): BudgetReached[] => {
    const share = WARNED_AT.findLast((at) => budget.spentUsd >= at * budget.limitUsd);
    return share === undefined ? [] : [{ ...budget, month, share }];
  });
  if (reached.length === 0) return [];
  return cp.store.optimistic(async (tx) => {
    const document = await tx.get(paths.spending(month));
    const warned = document ? { ...spendingSchema.parse(document.data).warned } : {};
    const news = reached.filter((budget) => {
      const before = warned[keyOf(budget, run.modelId)];
      return !before || before.limitUsd !== budget.limitUsd || before.share < budget.share;
    });
    if (news.length === 0) return [];
    for (const budget of news) {
      const { share, limitUsd } = budget;
      warned[keyOf(budget, run.modelId)] = { share, limitUsd };
    }
    const context = eventContext(cp);
    tx.set(paths.spending(month), { warned, updatedAt: context.now.toISOString() });
    const events = news.map((budget) => reachedEvent(run, budget, context));
    makeWrites(tx, events.map(outboxWrite));
    return events;
  });
}

function keyOf({ scope }: Pick<Budget, 'scope'>, modelId: string): string {
  return scope === 'deployment' ? scope : `model:${modelId}`;
}

function reachedEvent(run: Run, budget: BudgetReached, context: EventContext): ModelEvent {
  const { scope, month, share, limitUsd } = budget;
  const cause = ['budget', scope, month, String(share * 100), String(limitUsd)].join('-');
  return modelEvent(
    run,
    cause,
    { type: 'budget.reached', detail: budgetReachedSchema.parse(budget) },
    context,
  );
}

/** What a warning says, as the error of a message: what is spent, of what, and what happens now. */
export function budgetWarning(
  cp: Configured,
  modelId: string,
  { spentUsd, limitUsd, month, scope, share }: BudgetReached,
): RunError {
  const running =
    cp.config.budget.whenSpent === 'stop' ? 'open runs are stopped' : 'open runs go on to their end';
  return {
    code: 'budget-reached' satisfies ControlPlaneErrorCode,
    message: `${inDollars(spentUsd)} of the ${inDollars(limitUsd)} that ${budgetName({ scope }, modelId)} allows in ${month} (UTC) are spent${
      share >= 1 ? `: no run is started, and ${running}` : ''
    }`,
    stage: null,
    remedy: share >= 1 ? remedyOf({ scope }, month) : null,
  };
}

/**
 * Warns of budgets that the open runs of these models use up, and stops runs whose budget is spent, where the deployment wants that.
 */
export async function keepBudgets(
  cp: SpendingPorts & PlanPorts & Pick<ControlPlane, 'newId'>,
  openModels: readonly string[],
): Promise<void> {
  const models = await Promise.all([...new Set(openModels)].map((modelId) => budgetedModel(cp, modelId)));
  const budgeted = models.filter((model) => hasMonthlyBudget(cp, model));
  if (budgeted.length === 0) return;
  const month = monthOf(cp.now());
  const spending = await spendingIn(cp, month);
  for (const model of budgeted) {
    const { modelId } = model;
    const run = spending.open.find((open) => open.modelId === modelId);
    if (!run) continue;
    await publishCommitted(cp, await warnOfBudgets(cp, run, spending));
    if (cp.config.budget.whenSpent !== 'stop') continue;
    const spent = budgetsOf(cp, model, spending).find(({ spentUsd, limitUsd }) => spentUsd >= limitUsd);
    if (!spent) continue;
    const error: RunError = {
      ...budgetWarning(cp, modelId, { ...spent, month, share: 1 }),
      code: BUDGET_EXCEEDED,
    };
    for (const { runId } of spending.open.filter((open) => open.modelId === modelId)) {
      await recordLifecycle(cp, runId, () => ({ type: 'budgetExceeded', error }));
    }
  }
}

async function budgetedModel(cp: Pick<ControlPlane, 'store'>, modelId: string): Promise<Budgeted> {
  return (await readModel(cp.store, modelId)) ?? { modelId, monthlyBudgetUsd: null };
}
