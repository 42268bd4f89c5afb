import { whole } from '@trainyard/shared';
import { html } from '@trainyard/shared/page/html';
import type { Section } from '../page/section.js';
import { type Cell, pairs, table } from '@trainyard/shared/page/table';
import { cut, percent } from '@trainyard/shared/page/words';

export const changes: Section = {
  id: 'changes',
  title: 'What a release would change',
  content({ report: { changes: found, modelType } }) {
    if (!found)
      return modelType === 'ranking'
        ? null
        : 'No version of the model serves yet, so a release would replace nothing.';
    const moved = (name: string, items: typeof found.entering) =>
      table(
        name,
        [{ title: name }, { title: 'lists before', isNumber: true }, { title: 'after', isNumber: true }],
        items.map(({ item, label, before, after }): Cell[] => [
          label === null ? cut(item) : html`${cut(label)} <small class="soft">${cut(item, 40)}</small>`,
          whole(before),
          whole(after),
        ]),
      );
    return html`<p class="soft">
        The lists of ${whole(found.users)} users by
        ${found.production.version === null ? 'the version' : `version ${found.production.version}`}, which
        serves, beside those of this model: ${found.k} items each.
      </p>
      ${pairs([
        ['in common, on the average', percent(found.overlap)],
        ['rank-biased overlap', percent(found.rankBiasedOverlap)],
        ['users whose list stays', percent(found.unchangedLists)],
        ['items that the version lacks', whole(found.missingItems)],
      ])}
      <div class="side">
        ${found.entering.length === 0 ? '' : moved('Items that enter most lists', found.entering)}
        ${found.leaving.length === 0 ? '' : moved('Items that leave most lists', found.leaving)}
      </div>`;
  },
};
