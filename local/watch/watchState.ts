import {
  assertNever,
  type Epoch,
  isTerminal,
  type RunView,
  type Stage,
  type StageName,
  type StreamEvent,
} from '@trainyard/shared';

/** What is known of the watched run. Times are milliseconds of the watcher's clock. */
export interface WatchState {
  run: RunView | null;
  epochs: ReadonlyMap<number, Epoch>;
  stages: ReadonlyMap<StageName, Stage>;
  /** When the watcher first saw the run in this stage, epoch and attempt. */
  since: number;
}

export function startWatching(now: number): WatchState {
  return { run: null, epochs: new Map(), stages: new Map(), since: now };
}

/** Rows are kept by their key, so an event that comes again changes nothing. */
export function applyEvent(state: WatchState, event: StreamEvent, now: number): WatchState {
  switch (event.event) {
    case 'run': {
      const same = state.run !== null && position(state.run) === position(event.data);
      return { ...state, run: event.data, since: same ? state.since : now };
    }
    case 'epoch':
      return { ...state, epochs: new Map(state.epochs).set(event.data.epoch, event.data) };
    case 'stage':
      return { ...state, stages: new Map(state.stages).set(event.data.stage, event.data) };
    default:
      return assertNever(event);
  }
}

function position(run: RunView): string {
  const over = isTerminal(run.status) ? run.status : '';
  return `${run.attempt} ${run.currentStage} ${run.currentEpoch} ${run.job?.name} ${over}`;
}
