import type { Gradient, Parameter } from '../../model/parameter.js';

/** Of several that divide the rows of tables among them: row r is that of number r mod `among`. */
export interface Share {
  number: number;
  among: number;
}

const ALL: Share = { number: 0, among: 1 };

/** Adds up the gradients of several batches, so that they make one step: equal to the gradients of the summed losses. */
export class GradientSum {
  private readonly sums = new Map<Parameter, DenseSum>();
  /** Their memory is kept from step to step. */
  private readonly tables = new Map<Parameter, RowSum>();

  /** Of tables, only the rows of its share. */
  constructor(private readonly share: Share = ALL) {}

  add(gradients: readonly Gradient[]): void {
    for (const gradient of gradients) this.sumOf(gradient).add(gradient);
  }

  /** The sums, each parameter in one of them; the next begins anew, and may write over these. */
  drain(): Gradient[] {
    const sums = [...this.tables.values(), ...this.sums.values()].filter((sum) => !sum.isEmpty);
    const gradients = sums.map((sum) => sum.drain());
    this.sums.clear();
    return gradients;
  }

  private sumOf({ parameter, rows }: Gradient): DenseSum | RowSum {
    if (!rows) return kept(this.sums, parameter, () => new DenseSum(parameter));
    return kept(this.tables, parameter, () => new RowSum(parameter, this.share));
  }
}

function kept<T>(sums: Map<Parameter, T>, parameter: Parameter, make: () => T): T {
  const known = sums.get(parameter);
  if (known) return known;
  const made = make();
  sums.set(parameter, made);
  return made;
}

class DenseSum {
  readonly isEmpty = false;
  private readonly values: Float32Array;

  constructor(private readonly parameter: Parameter) {
    this.values = new Float32Array(parameter.values.length);
  }

  add({ values }: Gradient): void {
    for (let i = 0; i < values.length; i++) this.values[i]! += values[i]!;
  }

  drain(): Gradient {
    return { parameter: this.parameter, rows: undefined, values: this.values };
  }
}

class RowSum {
  private rows = new Int32Array(1024);
  private values: Float32Array;
  private count = 0;
  /** The place of each row of the table, or -1. */
  private readonly places: Int32Array;

  constructor(
    private readonly parameter: Parameter,
    private readonly share: Share,
  ) {
    this.values = new Float32Array(this.rows.length * parameter.columns);
    this.places = new Int32Array(parameter.rows).fill(-1);
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  add({ rows = new Int32Array(0), values }: Gradient): void {
    const width = this.parameter.columns;
    const { number, among } = this.share;
    for (let r = 0, from = 0; r < rows.length; r++, from += width) {
      const row = rows[r]!;
      if (row % among !== number) continue;
      const known = this.places[row]!;
      let to = (known < 0 ? this.newPlace(row) : known) * width;
      const end = from + width;
      if (known < 0) for (let i = from; i < end; i++, to++) this.values[to] = values[i]!;
      else for (let i = from; i < end; i++, to++) this.values[to]! += values[i]!;
    }
  }

  drain(): Gradient {
    const rows = this.rows.subarray(0, this.count);
    const values = this.values.subarray(0, this.count * this.parameter.columns);
    for (const row of rows) this.places[row] = -1;
    this.count = 0;
    return { parameter: this.parameter, rows, values };
  }

  private newPlace(row: number): number {
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
