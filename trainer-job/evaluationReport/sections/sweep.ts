import { type InSweep, isBetter, metricValue, whole } from '@trainyard/shared';
import { html, type Html } from '@trainyard/shared/page/html';
import { type Cell, pairs, table } from '@trainyard/shared/page/table';
import { cut, metricFigure } from '@trainyard/shared/page/words';
import type { Section, Shown } from '../page/section.js';

/** Of which sweep the run is, its place there as far as it was known, and what differs from what the sweep began with. */
export const sweep: Section = {
  id: 'sweep',
  title: 'The sweep that it belongs to',
  content({ report }) {
    const of = report.provenance?.inSweep;
    if (!of) return null;
    const { sweepId, name, changes, moreChanges } = of;
    return html`${pairs([
        ['sweep', name === sweepId ? sweepId : `${cut(name)} (${sweepId})`],
        ['this run', ROLES[of.role](of)],
        ['its place', placeOf(of, report)],
      ])}
      ${changesPart(changes, moreChanges)}
      <p class="soft small">
        This page was written at the end of the run, when others of the sweep may not have ended:
        <code>trainyard sweep show ${sweepId}</code> and <code>GET /api/sweeps/${sweepId}/report</code> have
        what became of all of
        them${of.role === 'trial' ? '' : ', and what the retrained trial is worth beside what was before the sweep'}.
      </p>`;
  },
};

const ROLES: Readonly<Record<InSweep['role'], (of: InSweep) => string>> = {
  trial: ({ trial, maxTrials }) => `trial ${trial} of up to ${whole(maxTrials)}`,
  final: ({ trial }) => `retrains trial ${trial}, the best of the sweep, as a version of the model`,
  baseline: () => 'what was before the sweep, trained as its best trial was: that one is held against it',
};

function placeOf({ role, trial, metric, results, best }: InSweep, report: Shown['report']): string {
  if (!best) return 'no other trial had a result when it was started';
  const others = `${whole(results)} ${results === 1 ? 'trial' : 'trials'} with a result`;
  const known = `trial ${best.trial}, with ${metric} ${metricFigure(metric, best.value)}`;
  if (role === 'baseline') return `the best of ${others} is ${known}`;
  if (role === 'final')
    return best.trial === trial
      ? `the best of ${others}, with ${metric} ${metricFigure(metric, best.value)} as a trial`
      : `the best of ${others} was ${known} by then`;
  const own = metricValue(
    report.history.find(({ epoch }) => epoch === report.bestEpoch)?.metrics ?? {},
    metric,
  );
  const before = `when it was started, the best of ${others} was ${known}`;
  if (own === undefined) return before;
  const verdict =
    own === best.value ? 'as good' : isBetter(metric, own, best.value) ? 'better' : 'not better';
  return `${before}; this one has ${metricFigure(metric, own)}, which is ${verdict}`;
}

function changesPart(changes: InSweep['changes'], more: number): Html {
  if (changes.length === 0)
    return html`<p class="soft">Its settings are those that the sweep began with.</p>`;
  return html`${table(
    'What differs from the specification that the sweep began with',
    [{ title: 'setting' }, { title: 'before the sweep' }, { title: 'this run' }],
    changes.map(({ key, before, after }): Cell[] => [
      html`<code title="${key}">${cut(key, 70)}</code>`,
      before ?? '–',
      html`<span class="best">${after ?? '–'}</span>`,
    ]),
  )}
  ${more > 0 ? html`<p class="soft small">and ${whole(more)} more, which the section on the configuration has</p>` : ''}`;
}
