/**
 * Row-sparse optimizers over host memory. A gradient names the rows it is about; only these rows, and only their state,
 * are read and written. State that a dense formulation would change without a gradient stays as it is ("lazy"); each rule
 * in `optimizers/` says what that means for it.
 */
import { assertNever, type OptimizerSpec } from '@trainyard/shared';
import type { Gradient, Parameter } from '../model/parameter.js';
import { adagrad } from './optimizers/adagrad.js';
import { adam } from './optimizers/adam.js';
import type { Rule } from './optimizers/rule.js';
import { sgd } from './optimizers/sgd.js';
import { WeightDecay } from './optimizers/weightDecay.js';

/** What is to be restored together with the slots. */
export interface OptimizerState {
  /** The steps applied so far. */
  steps: number;
  /** The logarithm of the decay that rows owe, see `WeightDecay`; 0 without decay. */
  owedDecay: number;
}

export interface Optimizer {
  /** Applies the gradients of one step at a learning rate; each parameter stands in at most one of them. */
  apply(gradients: readonly Gradient[], rate: number): void;
  /** Brings parameters up to date that steps have not touched: before they are read as a whole. */
  settle(): void;
  readonly steps: number;
  state(): OptimizerState;
  restore(state: OptimizerState): void;
  /** The optimizer's state of a parameter by name, of its own, the size of the parameter or of its rows. */
  slots(parameter: Parameter): Record<string, Float32Array>;
}

export function newOptimizer(spec: OptimizerSpec, parameters: readonly Parameter[]): Optimizer {
  const decay =
    spec.type === 'adamw' && spec.weightDecay > 0 ? new WeightDecay(parameters, spec.weightDecay) : undefined;
  return new RowSparseOptimizer(parameters, ruleOf(spec), decay);
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
  private readonly slotsOf: Map<Parameter, Record<string, Float32Array>>;

  constructor(
    parameters: readonly Parameter[],
    private readonly rule: Rule,
    private readonly decay: WeightDecay | undefined,
  ) {
    this.slotsOf = new Map(
      parameters.map((parameter) => [
        parameter,
        Object.fromEntries(
          Object.entries(rule.slots).map(([slot, start]) => [
            slot,
            new Float32Array(parameter.values.length).fill(start),
          ]),
        ),
      ]),
    );
  }

  get steps(): number {
    return this.applied;
  }

  apply(gradients: readonly Gradient[], rate: number): void {
    this.applied += 1;
    this.decay?.step(rate);
    const update = this.rule.updateAt({ step: this.applied, rate });
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

  private ruleSlots(parameter: Parameter): Record<string, Float32Array> {
    const slots = this.slotsOf.get(parameter);
    if (!slots) throw new Error(`parameter ${parameter.name} is not this optimizer's`);
    return slots;
  }
}
