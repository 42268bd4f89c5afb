import { sharedFloats, worthOf, type OwedDecay, type Parameter } from '../../../model/parameter.js';
import { TrainerError } from '../../../errors/trainerError.js';

/**
 * Decoupled weight decay (Loshchilov and Hutter, ICLR 2019) at a cost that follows the batch: each step takes the share
 * `rate · decay` of every row, but a row pays when it is changed next, or when all are settled, for all the steps until then
 * at once; who reads it before takes it for what it is worth. What a row has paid is kept as the logarithm of the factor since
 * all were settled last.
 *
 * Embeddings and weights decay; biases, scales and a temperature do not.
 */
export class WeightDecay {
  private readonly total: Float64Array;
  private readonly decaying = new Map<Parameter, OwedDecay>();

  constructor(
    parameters: readonly Parameter[],
    private readonly decay: number,
    /** Where another thread owns the parameters, it keeps what they have yet to lose. */
    borrowed = false,
  ) {
    const lent = borrowed ? parameters.find((parameter) => parameter.decay)?.decay : undefined;
    this.total = lent?.owed ?? new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
    for (const parameter of parameters) {
      if (parameter.isVector) continue;
      if (!borrowed) parameter.decay = { owed: this.total, paid: sharedFloats(parameter.rows) };
      if (parameter.decay) this.decaying.set(parameter, parameter.decay);
    }
  }

  /** The logarithm of the factor of all steps since the last settlement. */
  get owed(): number {
    return this.total[0]!;
  }

  set owed(logarithm: number) {
    this.total[0] = logarithm;
  }

  /** [rows] of a parameter that decays. */
  slot(parameter: Parameter): Float32Array | undefined {
    return this.decaying.get(parameter)?.paid;
  }

  /** A step at this learning rate. Throws `TrainerError` where a step would take all of a weight. */
  step(rate: number): void {
    const share = rate * this.decay;
    if (share >= 1) {
      throw new TrainerError(
        'invalid-spec',
        `a learning rate of ${rate.toPrecision(3)} times a weight decay of ${this.decay} leaves nothing of any weight`,
        'lower training.optimizer.learningRate or weightDecay until their product, with lrScaling, is far below 1',
      );
    }
    this.owed += Math.log1p(-share);
  }

  /** Rows that are about to change pay what they owe, this step's share included. */
  pay(parameter: Parameter, rows: Int32Array | undefined): void {
    const paid = this.slot(parameter);
    if (!paid) return;
    const count = rows?.length ?? parameter.rows;
    for (let r = 0; r < count; r++) this.payRow(parameter, paid, rows ? rows[r]! : r);
  }

  /** Every row pays: parameters are what a step by step decay would have left of them. */
  settle(): void {
    if (this.owed === 0) return;
    for (const [parameter, { paid }] of this.decaying) {
      this.pay(parameter, undefined);
      paid.fill(0);
    }
    this.owed = 0;
  }

  private payRow(parameter: Parameter, paid: Float32Array, row: number): void {
    const { values, columns } = parameter;
    const factor = worthOf(parameter, row);
    paid[row] = this.owed;
    if (factor === 1) return;
    for (let i = row * columns; i < (row + 1) * columns; i++) values[i]! *= factor;
  }
}
