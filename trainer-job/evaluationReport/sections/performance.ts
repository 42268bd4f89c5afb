import { whole } from '@trainyard/shared';
import { html } from '@trainyard/shared/page/html';
import type { Section } from '../page/section.js';
import { type Cell, pairs, table } from '@trainyard/shared/page/table';
import { duration, size } from '@trainyard/shared/page/words';

export const performance: Section = {
  id: 'performance',
  title: 'What serving takes',
  content({ report: { performance: found } }) {
    if (!found) return 'What serving the model takes was not measured.';
    const ms = (value: number) => `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ms`;
    return html`${pairs([
        ['what a server reads: towers and vectors', size(found.modelBytes)],
        ['memory once it is open', size(found.memoryMb * 1e6)],
        ['training', duration(found.trainingSeconds)],
      ])}
      ${table(
        'Latency',
        [
          { title: 'queries together', isNumber: true },
          { title: 'requests', isNumber: true },
          { title: 'median', isNumber: true },
          { title: '95 % within', isNumber: true },
          { title: '99 % within', isNumber: true },
        ],
        found.latency.map(({ queries, requests, p50Ms, p95Ms, p99Ms }): Cell[] => [
          whole(queries),
          whole(requests),
          ms(p50Ms),
          ms(p95Ms),
          ms(p99Ms),
        ]),
      )}
      <p class="soft small">
        Ten recommendations each, by one thread of the machine that trained it. Of fewer than 20 requests 95
        %, and of fewer than 100 99 %, are all of them: the slowest one is told.
      </p>`;
  },
};
