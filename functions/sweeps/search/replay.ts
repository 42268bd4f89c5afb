/** Decisions of a sweep that has gone on, decided again. */
import { canonicalJson, type Parameters, type Space } from '@trainyard/shared';
import { suggest } from './strategy.js';
import { beforeItsEnd, type SearchSettings, type SearchTrial } from './trial.js';

/** From what the parameters of a trial were chosen: all trials of smaller numbers, of which some had not ended. */
export interface Decided {
  number: number;
  parameters: Parameters;
  /** The trials that had not ended, and how many epochs of each were known. */
  open: readonly { number: number; epochs: number }[];
}

/** The history as it was when a trial was decided. */
function historyAt(
  history: readonly SearchTrial[],
  { number, open }: Pick<Decided, 'number' | 'open'>,
): SearchTrial[] {
  const epochsOf = new Map(open.map((trial) => [trial.number, trial.epochs]));
  return history
    .filter((trial) => trial.number < number)
    .map((trial) => {
      const epochs = epochsOf.get(trial.number);
      return epochs === undefined ? trial : beforeItsEnd(trial, epochs);
    });
}

/** What is chosen from the same history again, and whether it is what was chosen then. */
export function replay(
  decided: Decided,
  history: readonly SearchTrial[],
  space: Space,
  settings: SearchSettings,
): { parameters: Parameters | null; isSame: boolean } {
  const parameters = suggest(historyAt(history, decided), space, settings)?.parameters ?? null;
  return { parameters, isSame: canonicalJson(parameters) === canonicalJson(decided.parameters) };
}
