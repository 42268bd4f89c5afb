import type { Parameter } from '../../model/parameter.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { TrainerError } from '../../errors/trainerError.js';

/** What a person needs to know of a loss, or a metric, that is no number any more. */
export function divergence(
  model: TwoTowerModel,
  what: { name: string; value: number; when: string; lastLoss: number | undefined; rate: number },
): TrainerError {
  const before =
    what.lastLoss === undefined ? '' : `; the last loss was ${what.lastLoss.toPrecision(4)} a row`;
  return new TrainerError(
    'diverged',
    `the ${what.name} became ${what.value} in ${what.when}: the training diverged${before}; ${largestOf(model.parameters)}`,
    `lower training.optimizer.learningRate (it was ${what.rate.toPrecision(3)} at that step), let it rise by training.warmupSteps, ` +
      'limit gradients by training.clipping {type: globalNorm, limit: 1}, or raise model.temperature',
  );
}

/** Whether a parameter holds what is no number. */
export function isBroken({ values }: Parameter): boolean {
  return values.some((value) => !Number.isFinite(value));
}

/** Where the damage is: a parameter's name says its tower and its feature or layer. */
function largestOf(parameters: readonly Parameter[]): string {
  const broken = parameters.filter(isBroken);
  if (broken.length > 0) {
    const names = broken.slice(0, 3).map(({ name }) => name);
    const more = broken.length > names.length ? ` and ${broken.length - names.length} more` : '';
    return `${names.join(', ')}${more} hold${broken.length === 1 ? 's' : ''} what is no number`;
  }
  const sizes = parameters.map(({ name, values }) => ({
    name,
    size: values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0),
  }));
  const [largest] = sizes.toSorted((a, b) => b.size - a.size);
  return largest ? `the largest weight is ${largest.size.toPrecision(3)}, in ${largest.name}` : '';
}

/** A mean over about so many steps is compared with the lowest one so far. */
const SMOOTHING = 20;
const FACTOR = 2;

/** Notices a loss that rises: a training that will diverge, or is of no use. Once an epoch. */
export class LossWatch {
  /** The mean loss of the last step's rows. */
  last: number | undefined;
  private mean: number | undefined;
  private lowest = Infinity;
  private steps = 0;
  private warnedIn = -1;

  constructor(private readonly warn: (message: string) => void) {}

  /** Takes the mean loss of a step's rows. */
  see(loss: number, epoch: number): void {
    this.last = loss;
    this.mean = this.mean === undefined ? loss : this.mean + (loss - this.mean) / SMOOTHING;
    this.steps += 1;
    if (this.steps < SMOOTHING) return;
    this.lowest = Math.min(this.lowest, this.mean);
    if (this.warnedIn === epoch || this.mean <= FACTOR * this.lowest) return;
    this.warnedIn = epoch;
    this.warn(
      `the loss rises: ${this.mean.toPrecision(4)} a row in epoch ${epoch + 1}, after ${this.lowest.toPrecision(4)}; ` +
        'the learning rate is likely too high (training.optimizer.learningRate, training.warmupSteps, training.clipping)',
    );
  }
}
