/**
 * Row-sparse optimizers over host memory. A gradient names the rows it is about; only these rows, and only their state,
 * are read and written. State that a dense formulation would change without a gradient stays as it is ("lazy"); each rule
 * in `optimizers/` says what that means for it.
 */
import { assertNever, type OptimizerSpec } from '@trainyard/shared';
import { newValues, type Gradient, type Parameter } from '../../model/parameter.js';
import { adagrad } from './rules/adagrad.js';
import { adam } from './rules/adam.js';
import type { Rule, StepRate } from './rules/rule.js';
import { sgd } from './rules/sgd.js';
import { WeightDecay } from './rules/weightDecay.js';

/** What is to be restored together with the slots. */
interface OptimizerState {
  /** The steps applied so far. */
  steps: number;
  /** The logarithm of the decay that rows owe, see `WeightDecay`; 0 without decay. */
  owedDecay: number;
}

export interface Optimizer {
  /** Applies the gradients of one step at a learning rate; each parameter stands in at most one of them. */
  apply(gradients: readonly Gradient[], rate: number): void;
  /** The two halves of `apply`: a step begins once, and may then be applied in parts of different rows. */
  begin(rate: number): StepRate;
  change(gradients: readonly Gradient[], at: StepRate): void;
  /** Brings parameters up to date that steps have not touched: before they are read as a whole. */
  settle(): void;
  readonly steps: number;
  state(): OptimizerState;
  restore(state: OptimizerState): void;
  /** The optimizer's state of a parameter by name, of its own, the size of the parameter or of its rows. */
  slots(parameter: Parameter): Record<string, Float32Array>;
}

export function newOptimizer(spec: OptimizerSpec, parameters: readonly Parameter[]): Optimizer {
  const rule = ruleOf(spec);
  const slots = new Map(parameters.map((parameter) => [parameter, newSlots(rule, parameter.values.length)]));
  return new RowSparseOptimizer(slots, rule, decayOf(spec, parameters, false));
}

/** Of parameters that another thread owns, with the slots of its optimizer in their order: for `change` alone. */
export function borrowingOptimizer(
  spec: OptimizerSpec,
  parameters: readonly Parameter[],
  slots: readonly Slots[],
): Optimizer {
  const rule = ruleOf(spec);
  const lent = new Map(parameters.map((parameter, i) => [parameter, slotsAmong(slots[i], rule)]));
  return new RowSparseOptimizer(lent, rule, decayOf(spec, parameters, true));
}

/** By name. */
type Slots = Readonly<Record<string, Float32Array>>;

function newSlots({ slots }: Rule, length: number): Slots {
  return Object.fromEntries(
    Object.entries(slots).map(([slot, start]) => [
      slot,
      start === 0 ? newValues(length) : newValues(length).fill(start),
    ]),
  );
}

/** Those of the rule, in its order. */
function slotsAmong(given: Slots | undefined, { slots }: Rule): Slots {
  return Object.fromEntries(
    Object.keys(slots).map((slot) => {
      const values = given?.[slot];
      if (!values) throw new Error(`the optimizer was lent no ${slot}`);
      return [slot, values];
    }),
  );
}

function decayOf(
  spec: OptimizerSpec,
  parameters: readonly Parameter[],
  borrowed: boolean,
): WeightDecay | undefined {
  if (spec.type !== 'adamw' || spec.weightDecay === 0) return undefined;
  return new WeightDecay(parameters, spec.weightDecay, borrowed);
}

function ruleOf(spec: OptimizerSpec): Rule {
  switch (spec.type) {
    case 'adagrad':
      return adagrad(spec);
    case 'adam':
    case 'adamw':
      return adam(spec);
    case 'sgd':
      return sgd(spec);
    default:
      return assertNever(spec);
  }
}

/** A whole parameter is one long row. */
const WHOLE = Int32Array.of(0);

class RowSparseOptimizer implements Optimizer {
  private applied = 0;

  constructor(
    private readonly slotsOf: ReadonlyMap<Parameter, Slots>,
    private readonly rule: Rule,
    private readonly decay: WeightDecay | undefined,
  ) {}

  get steps(): number {
    return this.applied;
  }

  apply(gradients: readonly Gradient[], rate: number): void {
    this.change(gradients, this.begin(rate));
  }

  begin(rate: number): StepRate {
    this.applied += 1;
    this.decay?.step(rate);
    return { step: this.applied, rate };
  }

  change(gradients: readonly Gradient[], at: StepRate): void {
    const update = this.rule.updateAt(at);
    for (const { parameter, rows, values } of gradients) {
      this.decay?.pay(parameter, rows);
      const slots = Object.values(this.ruleSlots(parameter));
      update(parameter.values, slots, rows ?? WHOLE, rows ? parameter.columns : values.length, values);
    }
  }

  settle(): void {
    this.decay?.settle();
  }

  state(): OptimizerState {
    return { steps: this.applied, owedDecay: this.decay?.owed ?? 0 };
  }

  restore({ steps, owedDecay }: OptimizerState): void {
    this.applied = steps;
    if (this.decay) this.decay.owed = owedDecay;
  }

  slots(parameter: Parameter): Record<string, Float32Array> {
    const paid = this.decay?.slot(parameter);
    return { ...this.ruleSlots(parameter), ...(paid && { paidDecay: paid }) };
  }

  private ruleSlots(parameter: Parameter): Slots {
    const slots = this.slotsOf.get(parameter);
    if (!slots) throw new Error(`parameter ${parameter.name} is not this optimizer's`);
    return slots;
  }
}
