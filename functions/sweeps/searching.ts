/** Between a sweep's documents and its search: the search sees of trials what is its business. */
import {
  withParameters,
  type Parameters,
  type Sweep,
  type Trial,
  type TrainingSpec,
} from '@trainyard/shared';
import { z } from 'zod';
import { parseSent } from '../errors/parseSent.js';
import { shouldPrune, suggest, type SearchTrial } from './search/strategy.js';
import { beforeItsEnd } from './search/trial.js';

/**
 * Trials as the search sees them. `open` says of which trials no more is to be known than that they run and, of their curves, so many
 * epochs: those that had not ended at a time that is over.
 */
export function searchHistory(trials: readonly Trial[], open: ReadonlyMap<number, number>): SearchTrial[] {
  return trials.map(({ number, parameters, state, value, curve }) => {
    const seen: SearchTrial = {
      number,
      parameters,
      state: state === 'cancelled' ? 'failed' : state,
      value,
      curve,
    };
    const epochs = open.get(number);
    return epochs === undefined ? seen : beforeItsEnd(seen, epochs);
  });
}

/** What the next trial tries; null where everything was tried. Of trials that run, their parameters count alone. */
export function suggestParameters(sweep: Sweep, trials: readonly Trial[]): Parameters | null {
  const open = new Map(trials.filter(({ state }) => state === 'running').map(({ number }) => [number, 0]));
  return suggest(searchHistory(trials, open), sweep.space, sweep)?.parameters ?? null;
}

/** Whether a trial that runs falls behind the others so far that it is not worth its cost. */
export function fallsBehind(sweep: Sweep, trial: Trial, trials: readonly Trial[]): boolean {
  const history = searchHistory(trials, new Map());
  const own = history[trial.number - 1];
  return own !== undefined && shouldPrune(own, history, sweep);
}

/** The specification of a trial. Throws `invalid-request` where its parameters make none. */
export function trialSpec(
  { spec, tiers }: Pick<Sweep, 'spec' | 'tiers'>,
  parameters: Parameters,
): TrainingSpec {
  return specWith({ ...spec, compute: { ...spec.compute, tiers } }, parameters, 'parameters');
}

/** `sent` is how what was sent calls the parameters. */
export function specWith(spec: TrainingSpec, parameters: Parameters, sent: string): TrainingSpec {
  // Its errors become those of what was sent, with their places.
  const made = z.unknown().transform((_, context) => {
    try {
      return withParameters(spec, parameters);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      for (const { path, message } of error.issues)
        context.addIssue({ code: 'custom', path: [path.join('.')], message });
      return z.NEVER;
    }
  });
  return parseSent(z.object({ [sent]: made }), { [sent]: parameters }, sent)[sent] as TrainingSpec;
}
