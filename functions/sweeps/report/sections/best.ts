import { canonicalJson, withParameters } from '@trainyard/shared';
import { html } from '@trainyard/shared/page/html';
import { type Cell, table } from '@trainyard/shared/page/table';
import { cut, metricFigure } from '@trainyard/shared/page/words';
import { valueText } from '@trainyard/shared/sweeps/valueText';
import { parameterText } from '@trainyard/shared/sweeps/parameterText';
import { valueAtKey } from '../parameterWords.js';
import { keyCode } from '../keyCode.js';
import type { SweepSection } from '../section.js';

export const best: SweepSection = {
  id: 'best',
  title: 'The best specification',
  content({ sweep }) {
    const { best: found, spec, space, objective, sweepId, finals } = sweep;
    const isRetrained = finals.some(({ trial }) => trial === found?.number);
    if (!found) return 'No trial went on to its end with a result, so none is the best.';
    const rows = Object.entries(found.parameters).map(([key, value]): Cell[] => {
      const before = valueAtKey(spec, key);
      const isSame = before !== undefined && canonicalJson(before) === canonicalJson(value);
      const parameter = space[key];
      return [
        keyCode(key),
        isSame ? cut(valueText(value), 300) : html`<span class="best">${cut(valueText(value), 300)}</span>`,
        cut(valueText(before), 300),
        parameter ? cut(parameterText(parameter), 300) : 'given by hand',
      ];
    });
    return html`<p>
        Trial ${found.number} (run <code>${found.runId}</code>) has ${objective.metric}
        ${metricFigure(objective.metric, found.value)} on the validation rows.
      </p>
      ${table(
        'The parameters of the best trial',
        [
          { title: 'parameter' },
          { title: 'best trial' },
          { title: 'before the sweep' },
          { title: 'what was tried' },
        ],
        rows,
      )}
      <p class="soft small">
        What differs from the specification before the sweep is bold. <code>best.yaml</code> beside this page
        is the whole of
        it${isRetrained ? '.' : html`; to train it as a version: <code>trainyard sweep finalize ${sweepId}</code>`}
      </p>
      <details>
        <summary>The whole specification</summary>
        <pre>${JSON.stringify(withParameters(spec, found.parameters), null, 2)}</pre>
      </details>`;
  },
};
