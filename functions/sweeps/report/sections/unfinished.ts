import { whole, type TrialView } from '@trainyard/shared';
import { html, type Html } from '@trainyard/shared/page/html';
import { type Cell, table } from '@trainyard/shared/page/table';
import { cut } from '@trainyard/shared/page/words';
import { EQUAL_SCORES } from '../../outcome.js';
import type { SweepSection } from '../section.js';

/** So many trials are named of each kind. */
const MOST_NAMED = 20;

interface Kind {
  state: TrialView['state'];
  why: string;
  trials: TrialView[];
}

/** Which trials came to nothing, and why. */
export const unfinished: SweepSection = {
  id: 'unfinished',
  title: 'Trials that did not come to their end',
  content({ trials }) {
    const kinds = kindsOf(trials);
    if (kinds.length === 0) return null;
    const total = kinds.reduce((sum, kind) => sum + kind.trials.length, 0);
    return html`<p class="soft">
        ${whole(total)} of ${whole(trials.length)} trials. Those that failed tell the search nothing.
      </p>
      ${table(
        'Trials that did not come to their end',
        [{ title: 'status' }, { title: 'trials', isNumber: true }, { title: 'why' }, { title: 'which' }],
        kinds.map((kind): Cell[] => [
          kind.state,
          whole(kind.trials.length),
          whyCell(kind),
          numbersOf(kind.trials),
        ]),
      )}`;
  },
};

function kindsOf(trials: readonly TrialView[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const trial of trials) {
    const why = reasonOf(trial);
    if (why === null) continue;
    const key = `${trial.state} ${why}`;
    const kind = kinds.get(key) ?? { state: trial.state, why, trials: [] };
    kind.trials.push(trial);
    kinds.set(key, kind);
  }
  return [...kinds.values()].toSorted((a, b) => b.trials.length - a.trials.length);
}

/** In a word or a code, by which trials go together; null of those that run or are completed. */
function reasonOf({ state, error, pruning }: TrialView): string | null {
  if (state === 'running' || state === 'completed') return null;
  if (state === 'pruned') return `fell behind the others${pruning ? ` after epoch ${pruning.epoch}` : ''}`;
  return state === 'cancelled' ? 'the sweep was cancelled' : (error?.code ?? 'nobody knows why');
}

function whyCell({ why, trials }: Kind): Cell {
  const message = trials[0]?.error?.message;
  if (message === undefined) return why;
  const others = trials.length > 1 ? ` (of trial ${trials[0]?.number})` : '';
  return html`<code>${why}</code>${why === EQUAL_SCORES ? ': the model collapsed' : ''}<br /><small
      >${cut(message, 400)}${others}</small
    >`;
}

function numbersOf(trials: readonly TrialView[]): Html {
  const numbers = trials.slice(0, MOST_NAMED).map(({ number }) => number);
  const more = trials.length - numbers.length;
  return html`${numbers.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
