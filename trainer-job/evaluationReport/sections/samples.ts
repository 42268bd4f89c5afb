import type { EvaluationReport } from '@trainyard/shared';
import { html, type Html } from '@trainyard/shared/page/html';
import type { Section } from '../page/section.js';
import { cut, figure } from '@trainyard/shared/page/words';

type Sample = EvaluationReport['samples'][number];
const MOST_TAKEN = 15;

export const samples: Section = {
  id: 'samples',
  title: 'Ten users, beside what they took',
  content({ report: { samples: found, modelType, measured } }) {
    if (found.length === 0) {
      if (modelType === 'ranking') return null;
      return measured.users === 0
        ? 'No lists of single users were made: nobody of the test split is known to the model.'
        : 'No lists of single users were made: the encodings of the data do not tell the ids of users and items.';
    }
    return html`<p class="soft">
        Users of the test split, drawn by seed. What stands in both lists is bold. A list without a hit is no
        mistake by itself: people take few of the things that they would like.
      </p>
      <div class="people">${found.map(person)}</div>`;
  },
};

function person({ user, features, recommended, taken }: Sample): Html {
  const facts = Object.entries(features).map(([name, value]) => `${name} ${value}`);
  const left = taken.length - MOST_TAKEN;
  return html`<div class="person">
    <h3>${cut(user)}</h3>
    ${facts.length === 0 ? '' : html`<p class="soft small">${cut(facts.join(' · '), 200)}</p>`}
    <div class="lists">
      <div>
        <h4>recommended</h4>
        <ol>
          ${recommended.map(line)}
        </ol>
      </div>
      <div>
        <h4>taken</h4>
        <ol>
          ${taken.slice(0, MOST_TAKEN).map(line)}
        </ol>
        ${left > 0 ? html`<p class="soft small">and ${left} more</p>` : ''}
      </div>
    </div>
  </div>`;
}

function line({ item, label, score, isHit }: Sample['recommended'][number]): Html {
  const name = label === null ? cut(item, 60) : cut(label, 60);
  return html`<li class="${isHit ? 'hit' : ''}">
    ${name}${label === null ? '' : html` <small class="soft">${cut(item, 30)}</small>`}${
      score === null ? '' : html` <small class="soft">${figure(score)}</small>`
    }
  </li>`;
}
