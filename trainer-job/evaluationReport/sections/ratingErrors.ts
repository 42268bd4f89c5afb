import { whole } from '@trainyard/shared';
import { html } from '@trainyard/shared/page/html';
import type { Section } from '../page/section.js';
import { type Cell, firstOf, pairs, table } from '@trainyard/shared/page/table';
import { cut, figure } from '@trainyard/shared/page/words';

const MOST_CATEGORIES = 40;

export const ratingErrors: Section = {
  id: 'errors',
  title: 'How far predictions are off',
  content({ report: { ratingErrors: errors, modelType, yesOrNo } }) {
    if (modelType === 'retrieval') return null;
    if (!errors) return yesOrNo ? null : 'The errors of the predictions were not looked at.';
    const { distribution, largest, byCategory } = errors;
    const { min, mean, median, max, std, percentiles } = distribution;
    const { shown, rest } = firstOf(byCategory, MOST_CATEGORIES);
    return html`<p class="soft">
        An error is the prediction less the true value, here of ${whole(distribution.rows)} test rows.
      </p>
      <div class="side">
        <div>
          <h3>Errors</h3>
          ${pairs([
            ['least', figure(min)],
            ['median', figure(median)],
            ['mean', figure(mean)],
            ['greatest', figure(max)],
            ['standard deviation', figure(std)],
          ])}
        </div>
        <div>
          <h3>Their sizes, by percentile</h3>
          ${pairs(Object.entries(percentiles).map(([name, value]) => [`${name.slice(1)} % are within`, figure(value)]))}
        </div>
      </div>
      <h3>The largest</h3>
      ${table(
        'The largest errors',
        [
          { title: 'user' },
          { title: 'item' },
          { title: 'true value', isNumber: true },
          { title: 'predicted', isNumber: true },
          { title: 'what the model saw' },
        ],
        largest.map(({ user, item, actual, predicted, values }): Cell[] => [
          cut(user),
          cut(item),
          figure(actual),
          figure(predicted),
          cut(
            Object.entries(values)
              .map(([name, value]) => `${name} ${value}`)
              .join(', '),
            300,
          ),
        ]),
      )}
      ${
        byCategory.length === 0
          ? ''
          : html`<h3>By category</h3>
              ${table(
                'Errors by category',
                [
                  { title: 'category' },
                  { title: 'rows', isNumber: true },
                  { title: 'mean', isNumber: true },
                  { title: 'median', isNumber: true },
                  { title: 'standard deviation', isNumber: true },
                ],
                shown.map(({ by, value, count, meanError, medianError, errorStd }): Cell[] => [
                  `${by}: ${cut(value)}`,
                  whole(count),
                  figure(meanError),
                  figure(medianError),
                  figure(errorStd),
                ]),
              )}
              ${rest}`
      }`;
  },
};
