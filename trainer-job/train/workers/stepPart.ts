import { assertNever } from '@trainyard/shared';
import type { EncodedRows } from '../../data/encodedDataset.js';
import type { Gradient } from '../../model/parameter.js';
import type { Tower, TowerPass } from '../../model/tower.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { valuesAt } from '../../model/valuesAt.js';
import { withActivityPenalty } from '../regularization.js';
import type { Task } from '../tasks/task.js';
import { taskOf } from '../tasks/taskOf.js';
import { dropoutRandom, type StepGradients } from '../trainingStep.js';
import type { BackwardTask, ForwardTask, LossTask, TowerPart, ToWorker } from './messages.js';

/** Of a worker that has no part in it. */
export const NOTHING: StepGradients = { loss: 0, gradients: [] };

/**
 * One worker's part of each step, in the thread of the training as in the others: some of the batch's queries and items
 * through their towers, the loss of some queries' rows, and back through the towers.
 */
export class StepPart {
  private readonly task: Task;
  private readonly activityL2: number;
  private readonly randomAt: ReturnType<typeof dropoutRandom>;
  private passes: { query: TowerPass | undefined; candidate: TowerPass | undefined } | undefined;
  private random: ReturnType<typeof this.randomAt>;

  constructor(
    private readonly model: TwoTowerModel,
    rows: EncodedRows,
  ) {
    this.task = taskOf(model, rows);
    this.activityL2 = model.spec.training.regularization.activityL2;
    this.randomAt = dropoutRandom(model);
    this.random = this.randomAt({ epoch: 0, step: 0 });
  }

  do(task: ToWorker): StepGradients {
    switch (task.type) {
      case 'forward':
        return this.forward(task);
      case 'loss':
        return this.loss(task);
      case 'backward':
        return this.backward(task);
      default:
        return assertNever(task);
    }
  }

  private forward({ at, query, candidate }: ForwardTask): StepGradients {
    this.random = this.randomAt(at);
    const through = (tower: Tower, part: TowerPart) => {
      const pass = tower.forward(part, { counts: part.counts, places: part.places, random: this.random });
      part.output.set(pass.output);
      return pass;
    };
    this.passes = {
      query: query ? through(this.model.query, query) : undefined,
      candidate: candidate ? through(this.model.candidate, candidate) : undefined,
    };
    return NOTHING;
  }

  private loss({ queries, items, rowQuery, batch, own, competing, ...found }: LossTask): StepGradients {
    const rows = valuesAt(batch, own);
    const { loss, dQueries, dItems, gradients } = this.task({
      queries,
      items,
      competing,
      rowQuery,
      rows,
      part: { batch, own },
      random: this.random,
    });
    found.dQueries.set(dQueries);
    found.dItems.set(dItems);
    return { loss, gradients };
  }

  private backward(task: BackwardTask): StepGradients {
    const gradients = (['query', 'candidate'] as const).flatMap((tower): Gradient[] => {
      const pass = this.passes?.[tower];
      return pass ? pass.backward(withActivityPenalty(sumOf(task[tower]), pass.output, this.activityL2)) : [];
    });
    this.passes = undefined;
    return { loss: 0, gradients };
  }
}

/** Of arrays of one length, the first first. */
function sumOf([first, ...others]: readonly Float32Array[]): Float32Array {
  const sum = Float32Array.from(first ?? []);
  for (const values of others) for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
  return sum;
}
