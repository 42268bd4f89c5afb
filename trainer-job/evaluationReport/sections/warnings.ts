import { html } from '@trainyard/shared/page/html';
import type { Section } from '../page/section.js';

export const warnings: Section = {
  id: 'warnings',
  title: 'Warnings',
  content({ report: { warnings: found } }) {
    if (found.length === 0) return null;
    return html`<ul>
      ${found.map(
        ({ stage, message, remedy }) =>
          html`<li class="break">
            <span class="warn">${stage}</span>:
            ${message}${remedy === null ? '' : html` <span class="soft">What to do: ${remedy}</span>`}
          </li>`,
      )}
    </ul>`;
  },
};
