import { whole } from '@trainyard/shared';
import { measuredAsTimes, measureText } from '@trainyard/shared/profile/measures';
import { shiftOf, type Shift } from '@trainyard/shared/profile/shift';
import type { ColumnDrift } from '@trainyard/shared/profile/validation';
import { figure, percent } from '../expectations/words.js';
import type { ColumnKind, ColumnProfile, Measured } from '@trainyard/shared/profile/profile';
import { html, type Html } from '@trainyard/shared/page/html';

const SHIFT_TONES: Readonly<Record<Shift, string>> = { steady: 'good', shifting: 'warn', another: 'bad' };

const SHOWN_VALUES = 10;

/** What is known of a column: its shape or its most frequent values, its figures, how far it is from the reference. */
export function columnCard(column: ColumnProfile, rows: number, drift: ColumnDrift | undefined): Html {
  const { name, type, kind, nulls, nullShare, distinct, distinctIsExact } = column;
  const measured = measuredAsTimes(column);
  const isDrawn = measured !== null && (kind === 'number' || kind === 'time');
  return html`<section class="card">
    <span class="kind">${kind} · ${type}</span>
    <h3>${name}</h3>
    ${isDrawn ? histogram(measured) : valueBars(column, rows)}
    <table>
      ${row('nulls', `${whole(nulls)} (${percent(nullShare)})`)}
      ${row('distinct', `${distinctIsExact ? '' : 'about '}${whole(distinct)}`)}
      ${measured ? figures(measured, kind) : ''} ${drift ? driftRows(drift) : ''}
    </table>
    ${isDrawn ? topPart(column, rows) : ''}
  </section> `;
}

function row(label: string, value: string, tone = ''): Html {
  return html`<tr>
    <td class="soft">${label}</td>
    <td class="${tone}">${value}</td>
  </tr>`;
}

function figures(measured: Measured, kind: ColumnKind): readonly Html[] {
  const { of, quantiles, mean, std, zeros, negatives, rows, quantilesAreExact } = measured;
  const value = (number: number) => measureText(number, measured);
  const about = quantilesAreExact ? '' : 'about ';
  if (of === 'length') {
    const { min, max } = measured;
    return [row('characters', `${value(min)} to ${value(max)}, ${value(mean)} on average`)];
  }
  // The mean of numbers that name things says nothing; the share of true is beside its bar.
  if (kind === 'id' || kind === 'boolean') return [];
  const spread = std === null ? '–' : of === 'epochSeconds' ? `${figure(std / 86_400)} days` : figure(std);
  return [
    row('mean', value(mean)),
    row('standard deviation', spread),
    row(
      '5 %, median, 95 %',
      `${about}${[quantiles.p05, quantiles.p50, quantiles.p95].map(value).join(' · ')}`,
    ),
    ...(of === 'value'
      ? [row('zero, negative', `${percent(zeros / rows)}, ${percent(negatives / rows)}`)]
      : []),
  ];
}

function driftRows({ psi, kl, ks }: ColumnDrift): readonly Html[] {
  return [
    row('drift: PSI', figure(psi), SHIFT_TONES[shiftOf(psi)]),
    row('drift: KL divergence', figure(kl)),
    ...(ks ? [row('drift: KS, p-value', `${figure(ks.statistic)}, ${figure(ks.pValue)}`)] : []),
  ];
}

const [WIDTH, HEIGHT] = [320, 72];

function histogram(measured: Measured): Html {
  const { histogram: counts, min, max } = measured;
  const most = Math.max(1, ...counts);
  const width = WIDTH / counts.length;
  const bars = counts.map((count, i) => {
    // What is there can be seen, however little it is.
    const height = count === 0 ? 0 : Math.max(1, (HEIGHT * count) / most);
    return html`<rect
      x="${figure(i * width + 0.5)}"
      y="${figure(HEIGHT - height)}"
      width="${figure(width - 1)}"
      height="${figure(height)}"
      ><title>${whole(count)} rows</title></rect
    >`;
  });
  return html`<svg
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-label="histogram"
    >
      ${bars}
    </svg>
    <div class="axis">
      <span>${measureText(min, measured)}</span><span>${measureText(max, measured)}</span>
    </div>`;
}

/** A bar for each of the most frequent values, as long as its share of the most frequent one, and what all others are together. */
function valueBars({ top, distinct, distinctIsExact, nulls }: ColumnProfile, rows: number): Html {
  const [first] = top;
  if (!first) return html``;
  const present = rows - nulls;
  if (first.rows === 1 && distinct > SHOWN_VALUES)
    return html`<p class="soft">Every value is there once, such as ${valueText(first.value)}.</p>`;
  const shownTop = top.slice(0, SHOWN_VALUES);
  const bars = shownTop.map(
    ({ value, rows: count }) =>
      html`<tr>
        <td>
          <span class="bar" style="--w:${figure((100 * count) / first.rows)}%">${valueText(value)}</span>
        </td>
        <td>${whole(count)} (${percent(count / present)})</td>
      </tr>`,
  );
  const others = present - shownTop.reduce((sum, { rows: count }) => sum + count, 0);
  const more = `${distinctIsExact ? '' : 'about '}${whole(distinct - shownTop.length)} more`;
  return html`<table class="top">
    ${bars} ${others > 0 ? row(more, `${whole(others)} (${percent(others / present)})`) : ''}
  </table>`;
}

const valueText = (value: string) => (value === '' ? '(empty)' : value);

/** Of numbers and times: their most frequent values. Those that hardly repeat have none. */
function topPart({ top, kind, distinct }: ColumnProfile, rows: number): Html {
  if (top.length === 0 || (kind === 'time' && (top[0]?.rows ?? 0) < 2)) return html``;
  const lines = top.slice(0, SHOWN_VALUES).map(
    ({ value, rows: count }) =>
      html`<tr>
        <td>
          <span class="share" style="--w:${figure(Math.min(100, (100 * count) / rows))}%"
            >${valueText(value)}</span
          >
        </td>
        <td>${whole(count)}</td>
      </tr>`,
  );
  const label = distinct <= lines.length ? 'values' : 'most frequent values';
  return html`<details>
    <summary>${label}</summary>
    <table class="top">
      ${lines}
    </table>
  </details>`;
}
