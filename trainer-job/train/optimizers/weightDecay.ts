import type { Parameter } from '../../model/parameter.js';

/**
 * Decoupled weight decay (Loshchilov and Hutter, ICLR 2019) at a cost that follows the batch: each step takes the share
 * `rate · decay` of every row, but a row pays when it is touched next, or when all are settled, for all the steps until then
 * at once. What a row has paid is kept as the logarithm of the factor since all were settled last.
 *
 * Embeddings and weights decay; parameters of a single row (biases, scales, a temperature) do not.
 */
export class WeightDecay {
  /** The logarithm of the factor of all steps since the last settlement. */
  owed = 0;
  private readonly paid = new Map<Parameter, Float32Array>();

  constructor(
    parameters: readonly Parameter[],
    private readonly decay: number,
  ) {
    for (const parameter of parameters) {
      if (parameter.rows > 1) this.paid.set(parameter, new Float32Array(parameter.rows));
    }
  }

  /** [rows] of a parameter that decays. */
  slot(parameter: Parameter): Float32Array | undefined {
    return this.paid.get(parameter);
  }

  /** A step at this learning rate. */
  step(rate: number): void {
    this.owed += Math.log1p(-rate * this.decay);
  }

  /** Rows that are about to change pay what they owe, this step's share included. */
  pay(parameter: Parameter, rows: Int32Array | undefined): void {
    const paid = this.paid.get(parameter);
    if (!paid) return;
    const count = rows?.length ?? parameter.rows;
    for (let r = 0; r < count; r++) this.payRow(parameter, paid, rows ? rows[r]! : r);
  }

  /** Every row pays: parameters are what a step by step decay would have left of them. */
  settle(): void {
    if (this.owed === 0) return;
    for (const [parameter, paid] of this.paid) {
      this.pay(parameter, undefined);
      paid.fill(0);
    }
    this.owed = 0;
  }

  private payRow({ values, columns }: Parameter, paid: Float32Array, row: number): void {
    const factor = Math.exp(this.owed - paid[row]!);
    paid[row] = this.owed;
    if (factor === 1) return;
    for (let i = row * columns; i < (row + 1) * columns; i++) values[i]! *= factor;
  }
}
