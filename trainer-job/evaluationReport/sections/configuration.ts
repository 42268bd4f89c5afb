import { whole } from '@trainyard/shared';
import type { EvaluationReport } from '@trainyard/shared';
import { html, type Html } from '@trainyard/shared/page/html';
import type { Section } from '../page/section.js';
import { type Cell, firstOf, pairs, table } from '@trainyard/shared/page/table';
import { cut } from '@trainyard/shared/page/words';
import { layersInWords } from '../words.js';

const MOST_SETTINGS = 400;

export const configuration: Section = {
  id: 'configuration',
  title: 'Model and configuration',
  content({ report: { model, modelType, provenance } }) {
    return html`${pairs([
      ['type', modelType],
      ['similarity', model.similarity],
      ['width of the vectors', whole(model.width)],
      ['trainable numbers', whole(model.parameters)],
      ['users are seen by', towerText(model.query)],
      ['items are seen by', towerText(model.candidate)],
    ])}
    ${settings(provenance)}`;
  },
};

/** Of the specification, with every default. */
function settings(provenance: EvaluationReport['provenance']): Html {
  if (!provenance)
    return html`<p class="soft small">The settings of the specification were not recorded.</p>`;
  const { shown, rest } = firstOf(Object.entries(provenance.parameters), MOST_SETTINGS);
  return html`<details>
    <summary>Every setting of the specification</summary>
    ${table(
      'Settings',
      [{ title: 'setting' }, { title: 'value' }],
      shown.map(([name, value]): Cell[] => [html`<code>${cut(name, 200)}</code>`, cut(String(value), 300)]),
    )}
    ${rest}
  </details>`;
}

function towerText({ features, layers, parameters }: EvaluationReport['model']['query']): Html {
  const names = features
    .slice(0, 40)
    .map(({ name, transform, width }) => `${cut(name)} (${transform}, ${width})`);
  const more = features.length > names.length ? [`${features.length - names.length} more`] : [];
  return html`${[...names, ...more].join(', ')}; ${layersInWords(layers)}, ${whole(parameters)} trainable
  numbers`;
}
