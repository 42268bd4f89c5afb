import { html, type Html } from '@trainyard/shared/page/html';
import { cut } from '@trainyard/shared/page/words';

const MOST_CHARACTERS = 70;

/** A key in a table: on one line, for a table scrolls in itself. */
export function keyCode(key: string): Html {
  return html`<code title="${key}">${cut(key, MOST_CHARACTERS)}</code>`;
}
