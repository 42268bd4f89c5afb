import { formatMetric, metricTitle, whole } from '@trainyard/shared';
import { html } from '@trainyard/shared/page/html';
import { importanceChart } from '../charts/importance.js';
import type { Section } from '../page/section.js';

export const importance: Section = {
  id: 'importance',
  title: 'What matters to the model',
  content({ report: { importance: found }, charts }) {
    if (found.length === 0) return 'What each feature is worth to the model was not measured.';
    return html`<p class="soft">
        How much worse the trained model is where the values of a feature are shuffled among the test rows: at
        0 the model does as well without it.
      </p>
      ${found.map(
        (one) =>
          html`<figure>
            <figcaption>
              By ${metricTitle(one.metric, 'test')}, which is ${formatMetric(one.metric, one.value)} on
              ${whole(one.rows)} rows
            </figcaption>
            ${charts.draw(importanceChart(charts.plot, one))}
          </figure>`,
      )}`;
  },
};
