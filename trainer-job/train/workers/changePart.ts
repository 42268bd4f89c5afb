import type { Gradient, Parameter } from '../../model/parameter.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { clip, squaresOf, type Squares } from '../optimize/clipping.js';
import { GradientSum, type Share } from '../optimize/gradientSum.js';
import type { Optimizer } from '../optimize/optimizer.js';
import { addPenalties } from '../optimize/regularization.js';
import type { SentGradient, SentSquares, TaskOf } from './messages.js';
import { StepMemory } from './stepMemory.js';

/**
 * One worker's share of the parameters, which it alone changes: some rows of every table, and some of the other matrices whole.
 * Its gradients are added up in the order of the workers, whoever does it.
 */
export class ChangePart {
  private readonly sum: GradientSum;
  private readonly parameters: readonly Parameter[];
  private readonly places: ReadonlyMap<Parameter, number>;
  private readonly sent = new StepMemory();
  private measured: Gradient[] | undefined;

  constructor(
    private readonly model: TwoTowerModel,
    private readonly optimizer: Optimizer,
    private readonly share: Share,
  ) {
    this.sum = new GradientSum(share);
    this.parameters = model.parameters;
    this.places = new Map(this.parameters.map((parameter, place) => [parameter, place]));
  }

  /** The gradients as all workers can read them, until the next are sent. */
  send(gradients: readonly Gradient[]): SentGradient[] {
    return gradients.map(({ parameter, rows, values }, i) => {
      const sent = this.sent.allocate(`values ${i}`, values.length);
      sent.set(values);
      if (!rows) return { parameter: this.placeOf(parameter), values: sent };
      const sentRows = this.sent.allocateIntegers(`rows ${i}`, rows.length);
      sentRows.set(rows);
      return { parameter: this.placeOf(parameter), values: sent, rows: sentRows };
    });
  }

  collect({ begins, gradients }: TaskOf<'collect'>): void {
    if (begins) {
      this.sum.drain();
      this.measured = undefined;
    }
    this.sum.add(
      gradients.flatMap(({ parameter: place, rows, values }): Gradient[] => {
        const parameter = this.parameters[place];
        if (!parameter) throw new RangeError(`the model has no parameter ${place}`);
        const isOwn = rows !== undefined || place % this.share.among === this.share.number;
        return isOwn ? [{ parameter, rows, values }] : [];
      }),
    );
  }

  measure(): SentSquares {
    this.measured = this.penalized();
    const squares = squaresOf(this.measured);
    return Array.from(squares, ([parameter, sum]) => ({ parameter: this.placeOf(parameter), sum }));
  }

  apply({ at, squares }: TaskOf<'apply'>): void {
    const gradients = this.measured ?? this.penalized();
    this.measured = undefined;
    clip(gradients, this.model.spec.training.clipping, squares && this.squaresFrom(squares));
    this.optimizer.change(gradients, at);
  }

  private penalized(): Gradient[] {
    const gradients = this.sum.drain();
    addPenalties(gradients, this.model.spec.training);
    return gradients;
  }

  private squaresFrom(squares: SentSquares): Squares {
    return new Map(
      squares.flatMap(({ parameter: place, sum }): [Parameter, number][] => {
        const parameter = this.parameters[place];
        return parameter ? [[parameter, sum]] : [];
      }),
    );
  }

  private placeOf(parameter: Parameter): number {
    const place = this.places.get(parameter);
    if (place === undefined) throw new Error(`${parameter.name} is no parameter of the model`);
    return place;
  }
}
