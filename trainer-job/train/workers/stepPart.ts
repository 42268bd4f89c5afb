import type { EncodedRows } from '../../data/encodedDataset.js';
import type { Gradient } from '../../model/parameter.js';
import type { Tower, TowerPass } from '../../model/tower.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { valuesAt } from '../../model/valuesAt.js';
import { withActivityPenalty } from '../optimize/regularization.js';
import type { Task } from '../batch/tasks/task.js';
import { taskOf } from '../batch/tasks/taskOf.js';
import { dropoutRandom } from '../batch/trainingStep.js';
import type { TaskOf, TowerPart } from './messages.js';

/**
 * One worker's part of the gradients of each batch: some of its queries and items through their towers, the loss of some
 * queries' rows, and back through the towers.
 */
export class StepPart {
  private readonly task: Task;
  private readonly activityL2: number;
  private readonly randomAt: ReturnType<typeof dropoutRandom>;
  private passes: { query: TowerPass | undefined; candidate: TowerPass | undefined } | undefined;
  private random: ReturnType<typeof this.randomAt>;
  /** Those of the loss itself, if it has parameters of its own. */
  private gradients: Gradient[] = [];

  constructor(
    private readonly model: TwoTowerModel,
    rows: EncodedRows,
  ) {
    this.task = taskOf(model, rows);
    this.activityL2 = model.spec.training.regularization.activityL2;
    this.randomAt = dropoutRandom(model);
    this.random = this.randomAt({ epoch: 0, step: 0 });
  }

  forward({ at, query, candidate }: TaskOf<'forward'>): void {
    this.random = this.randomAt(at);
    this.gradients = [];
    const through = (tower: Tower, part: TowerPart) => {
      const pass = tower.forward(part, { counts: part.counts, places: part.places, random: this.random });
      part.output.set(pass.output);
      return pass;
    };
    this.passes = {
      query: query ? through(this.model.query, query) : undefined,
      candidate: candidate ? through(this.model.candidate, candidate) : undefined,
    };
  }

  /** Returns the loss of its rows, summed. */
  loss({ queries, items, rowQuery, batch, own, competing, ...found }: TaskOf<'loss'>): number {
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
    this.gradients = gradients;
    return loss;
  }

  /** Returns the gradients of all parts of the batch. */
  backward(task: TaskOf<'backward'>): Gradient[] {
    const ofTowers = (['query', 'candidate'] as const).flatMap((tower): Gradient[] => {
      const pass = this.passes?.[tower];
      return pass ? pass.backward(withActivityPenalty(sumOf(task[tower]), pass.output, this.activityL2)) : [];
    });
    this.passes = undefined;
    return [...this.gradients, ...ofTowers];
  }
}

/** Of arrays of one length, the first first. */
function sumOf([first, ...others]: readonly Float32Array[]): Float32Array {
  const sum = Float32Array.from(first ?? []);
  for (const values of others) for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
  return sum;
}
