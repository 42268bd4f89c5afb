import { formatMetric, gateInWords, type GateResult, gateTitle } from '@trainyard/shared';
import { html, type Html } from '@trainyard/shared/page/html';
import type { Section } from '../page/section.js';
import { type Cell, table } from '@trainyard/shared/page/table';
import { bounds } from '@trainyard/shared/page/words';

/** What the specification asks for, and what became of it: the missed ones first, of which the critical ones block. */
export const gates: Section = {
  id: 'gates',
  title: 'Gates',
  content({ report }) {
    if (report.gates.length === 0)
      return 'The specification has no gates: evaluation.gates says what a result must reach before it may be promoted.';
    const blocking = report.gates.filter(({ passed, critical }) => !passed && critical).length;
    const missed = report.gates.filter(({ passed }) => !passed).length;
    return html`<p class="soft">${summary(report.gates.length, missed, blocking)}</p>
      ${table(
        'Gates',
        [
          { title: 'gate' },
          // On a phone it is in sight without scrolling.
          { title: 'outcome' },
          { title: 'asks for' },
          { title: 'value', isNumber: true },
          { title: '95 %', isNumber: true },
          { title: 'why' },
        ],
        report.gates.toSorted((a, b) => weight(a) - weight(b)).map(row),
      )}`;
  },
};

function summary(all: number, missed: number, blocking: number): string {
  if (missed === 0) return all === 1 ? 'Its only gate is passed.' : `All ${all} gates are passed.`;
  const are = (count: number) => (missed === 1 ? 'it is' : `${count} of these ${count === 1 ? 'is' : 'are'}`);
  const kept =
    blocking === 0
      ? `${missed === 1 ? 'it is not critical, so that it keeps' : 'none of these is critical, so that they keep'} no version from promotion`
      : `${are(blocking)} critical, so that the version is not promoted`;
  return `${missed} of ${all} gate${all === 1 ? '' : 's'} ${missed === 1 ? 'is' : 'are'} missed; ${kept}.`;
}

const weight = ({ passed, critical }: GateResult) => (passed ? 2 : critical ? 0 : 1);

function row(gate: GateResult): Cell[] {
  const { metric, value, interval, critical, explanation, set } = gate;
  const notes = [
    ...(critical ? [] : ['not critical']),
    ...(set === undefined ? [] : [`of the gate set ${set}`]),
  ];
  return [
    html`${gateTitle(gate)}${notes.length === 0 ? '' : html`<br /><small class="soft">${notes.join(', ')}</small>`}`,
    outcome(gate),
    gateInWords(gate),
    formatMetric(metric, value ?? undefined),
    interval ? bounds(metric, interval) : '–',
    explanation === null ? '–' : html`<div class="words">${explanation}</div>`,
  ];
}

function outcome({ passed, critical }: GateResult): Html {
  const tone = passed ? 'good' : critical ? 'bad' : '';
  return html`<span class="tag ${tone}">${passed ? 'passed' : 'missed'}</span>`;
}
