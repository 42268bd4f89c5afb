import { DEFAULT_MONITOR } from '@trainyard/shared';
import { bestFirst } from '../optimize/earlyStopping.js';
import { placeOf, type CheckpointFolder } from '../checkpoint/checkpoints.js';
import type { TrainingState } from '../checkpoint/checkpointFile.js';
import type { TrainRequest } from './trainRequest.js';

/** Saves a training where its specification says so, and keeps the best checkpoints and the newest. */
export class ProgressKeeper {
  private lastSave = performance.now();

  /** `path` is of the newest checkpoint and `place` where it was saved, if there is one. */
  constructor(
    private readonly checkpoints: CheckpointFolder,
    private readonly request: Pick<TrainRequest, 'spec' | 'onCheckpoint' | 'onLog'>,
    private newest: { path: string; place: string } | undefined,
  ) {}

  /** After each step: every so many seconds. */
  async withinEpoch(state: TrainingState): Promise<void> {
    const { everySeconds } = this.request.spec.training.checkpoint;
    if (everySeconds === undefined || performance.now() - this.lastSave < everySeconds * 1000) return;
    await this.save(state);
  }

  /** At every epoch that a metric says is the best, at every so many, and at the end. */
  async afterEpoch(state: TrainingState, isLast: boolean): Promise<void> {
    const { everyEpochs } = this.request.spec.training.checkpoint;
    const { bestEpoch, bestValue } = state.best;
    const isBest = bestValue !== null && bestEpoch === state.epoch;
    if (state.epoch % everyEpochs !== 0 && !isBest && !isLast) return;
    await this.save(state);
  }

  /** Whatever the specification says: the training ends here for now. */
  async atStop(state: TrainingState): Promise<{ path: string; epoch: number }> {
    const isSaved = this.newest?.place === placeOf(state);
    const path = isSaved && this.newest ? this.newest.path : await this.checkpoints.save(state);
    return { path, epoch: state.epoch };
  }

  private async save(state: TrainingState): Promise<void> {
    const path = await this.checkpoints.save(state);
    this.newest = { path, place: placeOf(state) };
    const { keepBest } = this.request.spec.training.checkpoint;
    await this.checkpoints.keepOnly(path, [
      state.best.bestEpoch,
      ...this.bestEpochs(state).slice(0, keepBest),
    ]);
    this.lastSave = performance.now();
    this.request.onCheckpoint({ path, epoch: state.epoch });
  }

  /** Gives the model the weights of the best epoch whose checkpoint can be used; returns which it is. */
  async restoreBest(state: TrainingState): Promise<number> {
    const { bestEpoch } = state.best;
    if (bestEpoch === state.epoch) return bestEpoch;
    const epochs = new Set([bestEpoch, ...this.bestEpochs(state), state.epoch]);
    return this.checkpoints.restoreEpoch([...epochs], (name, reason) =>
      this.request.onLog('warn', `checkpoint ${name}, of the best epochs, is not used: ${reason}`),
    );
  }

  /** The best of them first. */
  private bestEpochs({ history }: TrainingState): number[] {
    const { earlyStopping } = this.request.spec.training;
    const monitor = earlyStopping ? earlyStopping.monitor : DEFAULT_MONITOR;
    return bestFirst(history, monitor).map(({ epoch }) => epoch);
  }
}
