import type { Gradient, Parameter } from '../model/parameter.js';

/** Adds up the gradients of several batches, so that they make one step: equal to the gradients of the summed losses. */
export class GradientSum {
  private readonly sums = new Map<Parameter, DenseSum | RowSum>();
  /** Kept from step to step: the place of each row of a table, or -1. */
  private readonly places = new Map<Parameter, Int32Array>();

  add(gradients: readonly Gradient[]): void {
    for (const gradient of gradients) {
      const sum = this.sums.get(gradient.parameter) ?? this.newSum(gradient);
      sum.add(gradient);
    }
  }

  /** The sums, each parameter in one of them; the next begins anew. */
  take(): Gradient[] {
    const gradients = [...this.sums.values()].map((sum) => sum.take());
    this.sums.clear();
    return gradients;
  }

  private newSum({ parameter, rows }: Gradient): DenseSum | RowSum {
    const sum = rows ? new RowSum(parameter, this.placesOf(parameter)) : new DenseSum(parameter);
    this.sums.set(parameter, sum);
    return sum;
  }

  private placesOf(parameter: Parameter): Int32Array {
    const known = this.places.get(parameter);
    if (known) return known;
    const made = new Int32Array(parameter.rows).fill(-1);
    this.places.set(parameter, made);
    return made;
  }
}

class DenseSum {
  private readonly values: Float32Array;

  constructor(private readonly parameter: Parameter) {
    this.values = new Float32Array(parameter.values.length);
  }

  add({ values }: Gradient): void {
    for (let i = 0; i < values.length; i++) this.values[i]! += values[i]!;
  }

  take(): Gradient {
    return { parameter: this.parameter, rows: undefined, values: this.values };
  }
}

class RowSum {
  private rows = new Int32Array(1024);
  private values: Float32Array;
  private count = 0;

  constructor(
    private readonly parameter: Parameter,
    private readonly places: Int32Array,
  ) {
    this.values = new Float32Array(this.rows.length * parameter.columns);
  }

  add({ rows = new Int32Array(0), values }: Gradient): void {
    const width = this.parameter.columns;
    let from = 0;
    for (const row of rows) {
      let to = this.placeOf(row) * width;
      for (const end = from + width; from < end; from++, to++) this.values[to]! += values[from]!;
    }
  }

  take(): Gradient {
    const rows = this.rows.subarray(0, this.count);
    for (const row of rows) this.places[row] = -1;
    return {
      parameter: this.parameter,
      rows,
      values: this.values.subarray(0, this.count * this.parameter.columns),
    };
  }

  private placeOf(row: number): number {
    const known = this.places[row]!;
    if (known >= 0) return known;
    if (this.count === this.rows.length) this.grow();
    this.rows[this.count] = row;
    this.places[row] = this.count;
    return this.count++;
  }

  private grow(): void {
    const rows = new Int32Array(2 * this.rows.length);
    rows.set(this.rows);
    const values = new Float32Array(2 * this.values.length);
    values.set(this.values);
    this.rows = rows;
    this.values = values;
  }
}
