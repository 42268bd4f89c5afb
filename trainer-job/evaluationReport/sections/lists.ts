import { methodTitle, metricTitle, whole } from '@trainyard/shared';
import { html } from '@trainyard/shared/page/html';
import type { Section } from '../page/section.js';
import { type Cell, table } from '@trainyard/shared/page/table';
import { bounds, metricFigure } from '@trainyard/shared/page/words';
import { metricOf } from '../words.js';

export const lists: Section = {
  id: 'lists',
  title: 'What the lists are like',
  content({ report }) {
    if (report.modelType === 'ranking') return null;
    const [first] = report.lists;
    if (!first) return 'The lists themselves, whatever was bought, were not measured.';
    const names = [...new Set(report.lists.flatMap(({ metrics }) => metrics.map(({ name }) => name)))];
    return html`<p class="soft">
        Of the lists of ${whole(first.users)} users drawn by seed, whatever they bought: how much of the
        catalogue they show, how concentrated, how novel and how alike they are.
      </p>
      ${table(
        'What the lists are like',
        [
          { title: 'metric' },
          ...report.lists.map(({ of }) => ({
            title: of === 'model' ? 'this model' : methodTitle(of),
            isNumber: true,
          })),
        ],
        names.map((name): Cell[] => [
          metricTitle(name, 'test'),
          ...report.lists.map(({ metrics }): Cell => {
            const found = metricOf(metrics, name);
            if (!found) return '–';
            const text = metricFigure(name, found.value);
            return found.interval ? html`${text}<br /><small>${bounds(name, found.interval)}</small>` : text;
          }),
        ]),
      )}`;
  },
};
