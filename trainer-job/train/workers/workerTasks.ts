import { assertNever } from '@trainyard/shared';
import type { EncodedRows } from '../../data/encodedDataset.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import type { Share } from '../optimize/gradientSum.js';
import type { Optimizer } from '../optimize/optimizer.js';
import { ChangePart } from './changePart.js';
import type { Result, Task } from './messages.js';
import { ScoringPart } from './scoringPart.js';
import { StepPart } from './stepPart.js';

/** All that a worker does, one task at a time. */
export class WorkerTasks {
  private readonly step: StepPart;
  private readonly change: ChangePart;
  private readonly scoring: ScoringPart;

  constructor(model: TwoTowerModel, optimizer: Optimizer, rows: EncodedRows, share: Share) {
    this.step = new StepPart(model, rows);
    this.change = new ChangePart(model, optimizer, share);
    this.scoring = new ScoringPart(model);
  }

  do(task: Task): Result {
    switch (task.type) {
      case 'forward':
        this.step.forward(task);
        return {};
      case 'loss':
        return { loss: this.step.loss(task) };
      case 'backward':
        return { gradients: this.change.send(this.step.backward(task)) };
      case 'collect':
        this.change.collect(task);
        return {};
      case 'measure':
        return { squares: this.change.measure() };
      case 'apply':
        this.change.apply(task);
        return {};
      case 'embed':
        this.scoring.embed(task);
        return {};
      case 'items':
        this.scoring.items(task);
        return {};
      case 'score':
        return { scores: this.scoring.score(task) };
      default:
        return assertNever(task);
    }
  }
}
