import { whole } from '@trainyard/shared';
import type { EvaluationReport } from '@trainyard/shared';
import { html, type Html } from '@trainyard/shared/page/html';
import type { Section } from '../page/section.js';
import { type Cell, firstOf, pairs, table } from '@trainyard/shared/page/table';
import { cut, figure, minute } from '@trainyard/shared/page/words';

type Data = EvaluationReport['data'];

/** Above it a population counts as another one, above the lower as shifting. */
const PSI = { another: 0.25, shifting: 0.1 };
const [MOST_CHECKS, MOST_COLUMNS] = [40, 40];

export const data: Section = {
  id: 'data',
  title: 'Data and drift',
  content({ report: { data: found, measured } }) {
    const { train, validation, test } = found.rows;
    return html`${pairs([
      ['source', html`<code>${cut(found.source, 300)}</code>`],
      ['read as of', found.snapshot === null ? 'the files as they were' : minute(found.snapshot)],
      ['fingerprint', html`<code>${cut(found.fingerprint, 100)}</code>`],
      ['rows', `${whole(found.rowsRead)} read, ${whole(found.rowsKept)} kept`],
      ['splits', `train ${whole(train)} · validation ${whole(validation)} · test ${whole(test)}`],
      ['measured', `${whole(measured.rows)} of ${whole(measured.rowsOfSplit)} test rows: ${measured.how}`],
      ['catalogue', `${whole(found.items)} items`],
      ['compared with', cut(found.reference, 300)],
    ])}
    ${checks(found)} ${drift(found)}`;
  },
};

const TONES = { violated: 'bad', notChecked: 'soft', met: 'good' } as const;
const WORDS = { violated: 'violated', notChecked: 'not checked', met: 'met' } as const;

function checks({ checks: all, notes }: Data): Html {
  if (all.length + notes.length === 0)
    return html`<p class="soft">
      No expectation was to be checked: dataset.expectations says what the data must be.
    </p>`;
  const order = ['violated', 'notChecked', 'met'];
  const sorted = all.toSorted((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));
  const { shown, rest } = firstOf(sorted, MOST_CHECKS);
  return html`<h3>What was checked</h3>
    ${
      notes.length === 0
        ? ''
        : html`<ul>
            ${notes.map((note) => html`<li class="break">${cut(note, 300)}</li>`)}
          </ul>`
    }
    ${
      all.length === 0
        ? ''
        : table(
            'Expectations',
            [{ title: 'expectation' }, { title: 'outcome' }],
            shown.map(({ outcome, severity, message }): Cell[] => [
              cut(message, 300),
              html`<span class="${outcome === 'violated' && severity === 'warning' ? 'warn' : TONES[outcome]}"
                >${WORDS[outcome]}${outcome === 'violated' && severity === 'warning' ? ' (warning)' : ''}</span
              >`,
            ]),
          )
    }
    ${rest}`;
}

function drift({ drift: all }: Data): Html {
  if (all.length === 0) return html``;
  const { shown, rest } = firstOf(all, MOST_COLUMNS);
  const word = (psi: number) =>
    psi > PSI.another
      ? html`<span class="bad">another population</span>`
      : psi > PSI.shifting
        ? html`<span class="warn">shifting</span>`
        : html`<span class="good">stable</span>`;
  return html`<h3>Drift</h3>
    <p class="soft small">
      Against the reference, the farthest first. A population stability index above 0.1 is a shift, above 0.25
      another population.
    </p>
    ${table(
      'Drift by column',
      [
        { title: 'column' },
        { title: 'PSI', isNumber: true },
        { title: 'KL', isNumber: true },
        { title: 'KS', isNumber: true },
        { title: 'note' },
      ],
      shown.map(({ column, psi, kl, ks }): Cell[] => [
        cut(column),
        figure(psi),
        figure(kl),
        ks === null ? '–' : figure(ks),
        word(psi),
      ]),
    )}
    ${rest}`;
}
