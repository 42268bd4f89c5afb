/** What every page has around its sections: a head, a list of them, and what was left out. No script, nothing from elsewhere. */
import { html, type Html } from './html.js';
import { STYLE } from './style.js';

interface PagePart {
  /** Of the anchor: `#slices`. */
  id: string;
  title: string;
  content: Html;
}

export interface Page {
  title: string;
  /** Above all sections. */
  header: Html;
  parts: readonly PagePart[];
  /** What the page does not show, each as an entry of a list. */
  leftOut: readonly Html[];
  footer: Html;
}

export function pageText({ title, header, parts, leftOut, footer }: Page): string {
  const none = html`<p class="soft">Nothing was left out.</p>`;
  const missing: PagePart = {
    id: 'left-out',
    title: 'Left out',
    content:
      leftOut.length === 0
        ? none
        : html`<ul>
            ${leftOut.map((one) => html`<li class="break">${one}</li>`)}
          </ul>`,
  };
  const all = [...parts, missing];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        ${STYLE}
      </head>
      <body>
        <main>
          <header>${header}</header>
          <nav aria-label="Sections">
            <ul>
              ${all.map((part) => html`<li><a href="#${part.id}">${part.title}</a></li>`)}
            </ul>
          </nav>
          ${all.map(partText)}
          <footer>${footer}</footer>
        </main>
      </body>
    </html> `.text;
}

function partText({ id, title, content }: PagePart): Html {
  return html`<section class="card" id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${content}
  </section>`;
}

/** What a page says in one word and one sentence, and what else speaks for it. */
export function verdictPart(
  tone: 'ship' | 'hold' | 'unsure',
  word: string,
  sentence: string,
  reasons: readonly string[],
): Html {
  return html`<div class="verdict ${tone}">
    <p class="word">${word}</p>
    <p class="sentence">${sentence}</p>
    ${
      reasons.length === 0
        ? ''
        : html`<ul>
            ${reasons.map((reason) => html`<li>${reason}</li>`)}
          </ul>`
    }
  </div>`;
}

/** A figure that everybody asks for, within `<dl class="tiles">`. */
export function tile(name: string, value: string, note: string): Html {
  return html`<div class="tile">
    <dt>${name}</dt>
    <dd>${value}<small>${note}</small></dd>
  </div>`;
}
