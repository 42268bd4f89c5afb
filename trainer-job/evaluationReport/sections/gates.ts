import { formatMetric, type GateResult, metricTitle } from '@trainyard/shared';
import { html } from '../../page/html.js';
import type { Section } from '../page/section.js';
import { table } from '../page/table.js';

export const gates: Section = {
  id: 'gates',
  title: 'Gates',
  content({ report }) {
    if (report.gates.length === 0)
      return 'The specification has no gates: evaluation.gates says what a result must reach before it may be promoted.';
    return table(
      'Gates',
      [{ title: 'gate' }, { title: 'asks for' }, { title: 'value', isNumber: true }, { title: 'outcome' }],
      report.gates.map((gate) => [
        metricTitle(gate.metric),
        boundsOf(gate),
        formatMetric(gate.metric, gate.value ?? undefined),
        html`<span class="tag ${gate.passed ? 'good' : 'bad'}">${gate.passed ? 'passed' : 'missed'}</span>`,
      ]),
    );
  },
};

function boundsOf({ metric, atLeast, atMost, aboveBaseline }: GateResult): string {
  return [
    ...(atLeast === undefined ? [] : [`at least ${formatMetric(metric, atLeast)}`]),
    ...(atMost === undefined ? [] : [`at most ${formatMetric(metric, atMost)}`]),
    ...(aboveBaseline === undefined ? [] : [`better than ${aboveBaseline}`]),
  ].join(', ');
}
