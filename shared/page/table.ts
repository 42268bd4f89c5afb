/** Tables and lists of facts, which every section writes in the same way. */
import { whole } from '../whole.js';
import { html, type Html } from './html.js';

export type Cell = Html | string | number;

export interface Column {
  title: string;
  /** Aligned by their last digits. */
  isNumber?: boolean;
}

/** More columns than fit beside each other on paper: printed, each cell stands behind the title of its column. */
const MANY = 7;

/** A table whose first cell names its row; where it is wider than the page, it scrolls in itself. */
export function table(name: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): Html {
  return html`<div class="wide" role="region" aria-label="${name}, as a table" tabindex="0">
    <table class="${columns.length > MANY ? 'full many' : 'full'}">
      <thead>
        <tr>
          ${columns.map(({ title, isNumber }) => html`<th scope="col" class="${isNumber ? 'n' : ''}">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell, i) => cellOf(cell, columns[i], i, columns.length > MANY))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function cellOf(cell: Cell, column: Column | undefined, i: number, isTitled: boolean): Html {
  const kind = column?.isNumber ? 'n' : 'break';
  if (i === 0) return html`<th scope="row" class="${kind}">${cell}</th>`;
  return isTitled && column
    ? html`<td class="${kind}" data-title="${column.title}">${cell}</td>`
    : html`<td class="${kind}">${cell}</td>`;
}

/** The first of a list, and how many more there are. */
export function firstOf<T>(list: readonly T[], most: number): { shown: readonly T[]; rest: Html } {
  const left = list.length - most;
  return {
    shown: list.slice(0, most),
    rest:
      left > 0 ? html`<p class="soft small">and ${whole(left)} more, which evaluation.json has</p>` : html``,
  };
}

/** Facts by their names. */
export function pairs(facts: readonly (readonly [string, Cell])[]): Html {
  return html`<dl class="pairs">
    ${facts.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}
