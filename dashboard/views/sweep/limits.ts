/** The limits of a sweep that can be raised, as the fields of a dialog. */
import type { SweepView } from '@trainyard/shared/sweeps/view';

export type LimitName = 'maxTrials' | 'maxParallel' | 'timeoutSeconds' | 'budgetUsd' | 'maxFailures';
type Texts = Readonly<Partial<Record<LimitName, string>>>;
type Limits = Pick<SweepView, LimitName> & { endReason: SweepView['endReason'] };

export const LIMITS: readonly { name: LimitName; label: string; description: string }[] = [
  { name: 'maxTrials', label: 'Trials in all', description: 'Can only be raised.' },
  { name: 'maxParallel', label: 'Trials at a time', description: 'How many run at once.' },
  {
    name: 'timeoutSeconds',
    label: 'Seconds from now',
    description:
      'How long trials may be started. Where it stays empty: as it is, or of one that has ended, as long as at its start.',
  },
  {
    name: 'budgetUsd',
    label: 'Budget in US dollars',
    description: 'What all trials may cost together, those that are over too. Empty takes the limit away.',
  },
  {
    name: 'maxFailures',
    label: 'Failures',
    description: 'How many trials may fail before one has succeeded.',
  },
];

/** As they are, but for what the sweep ended by, or else its trials: that is proposed as twice as much. */
export function proposedLimits(sweep: Limits): Record<LimitName, string> {
  const { endReason, maxTrials, maxParallel, timeoutSeconds, budgetUsd, maxFailures } = sweep;
  const isTrials = endReason === null || endReason === 'maxTrials' || endReason === 'cancelled';
  const twice = (limit: number, isIt: boolean) => String(isIt ? 2 * limit : limit);
  return {
    maxTrials: twice(maxTrials, isTrials),
    maxParallel: String(maxParallel),
    timeoutSeconds: endReason === 'timeout' ? String(timeoutSeconds) : '',
    budgetUsd: budgetUsd === null ? '' : twice(budgetUsd, endReason === 'budget'),
    maxFailures: twice(maxFailures, endReason === 'failures'),
  };
}

/** What is otherwise than it was. What is no number goes as it is, for the server to say so. */
export function limitsGiven(sweep: Pick<SweepView, LimitName>, texts: Texts): Record<string, unknown> {
  const before: Texts = { ...proposedLimits({ ...sweep, endReason: 'exhausted' }) };
  const changed = LIMITS.filter(({ name }) => (texts[name] ?? '').trim() !== before[name]);
  return Object.fromEntries(
    changed.flatMap(({ name }): [LimitName, unknown][] => {
      const text = (texts[name] ?? '').trim();
      if (text !== '') return [[name, Number.isNaN(Number(text)) ? text : Number(text)]];
      return name === 'budgetUsd' ? [[name, null]] : [];
    }),
  );
}
