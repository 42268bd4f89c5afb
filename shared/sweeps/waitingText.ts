import type { SweepView } from './view.js';

/** What is said of the trials that were added by hand and that nobody has started; empty where there is none. */
export function waitingText({ waiting, status }: Pick<SweepView, 'waiting' | 'status'>): string {
  if (waiting.length === 0) return '';
  const isOne = waiting.length === 1;
  const which = `${isOne ? 'trial' : 'trials'} ${numbersText(waiting)}, added by hand,`;
  return status === 'completed' || status === 'cancelled' || status === 'cancelling'
    ? `${which} ${isOne ? 'was' : 'were'} never started, since the sweep ended before ${isOne ? 'its' : 'their'} turn; extended, it begins with ${isOne ? 'it' : 'them'}`
    : `${which} ${isOne ? 'waits for its' : 'wait for their'} turn`;
}

const MOST_NAMED = 10;

function numbersText(numbers: readonly number[]): string {
  const named = numbers.slice(0, MOST_NAMED).map(String);
  const more = numbers.length - named.length;
  if (more > 0) return `${named.join(', ')} and ${more} more`;
  return named.length === 1 ? `${named[0]}` : `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`;
}
