import { type EvaluationReport, flattened } from '@trainyard/shared';
import { html, type Html } from '@trainyard/shared/page/html';
import type { Section } from '../page/section.js';
import { type Cell, firstOf, pairs, table } from '@trainyard/shared/page/table';
import { cut, size } from '@trainyard/shared/page/words';

type Provenance = NonNullable<EvaluationReport['provenance']>;

const [MOST_LINES, MOST_REFERENCES] = [150, 60];

export const environment: Section = {
  id: 'environment',
  title: 'Environment and lineage',
  content({ report: { provenance } }) {
    if (!provenance)
      return 'Nothing was recorded of the machine, the code and what the stages read and made.';
    const { author, intent, quickRunId } = provenance;
    const lines = Object.entries(flattened(provenance.environment)).filter(([, value]) => value !== null);
    return html`${pairs([
      ['asked for by', author ?? 'nobody says'],
      ...(intent === null ? [] : [['intent', intent] as const]),
      ...(quickRunId === null ? [] : [['came from the quick test', quickRunId] as const]),
      ...lines
        .slice(0, MOST_LINES)
        .map(([name, value]): [string, Cell] => [wordsOf(name), cut(String(value), 300)]),
    ])}
    ${lineage(provenance)}`;
  },
};

/** `code.gitCommit` → `code · git commit`; names of packages and variables stay as they are. */
function wordsOf(path: string): string {
  const [group = '', ...rest] = path.split('.');
  const name = rest.join('.');
  const isOurs = !['versions', 'variables', 'seeds'].includes(group);
  const shown = isOurs ? name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase() : name;
  return name === '' ? group : `${group} · ${shown}`;
}

function lineage({ stages }: Provenance): Html {
  const all = stages.flatMap(({ stage, inputs, outputs }) => [
    ...inputs.map((one) => ({ stage, side: 'read', ...one })),
    ...outputs.map((one) => ({ stage, side: 'made', ...one })),
  ]);
  if (all.length === 0) return html``;
  const { shown, rest } = firstOf(all, MOST_REFERENCES);
  return html`<h3>What the stages read and made</h3>
    ${table(
      'Lineage',
      [
        { title: 'stage' },
        { title: 'note' },
        { title: 'what' },
        { title: 'digest' },
        { title: 'size', isNumber: true },
      ],
      shown.map(({ stage, side, name, uri, digest, bytes }): Cell[] => [
        stage,
        side,
        html`${cut(name)}${uri === null ? '' : html`<br /><small>${cut(uri, 200)}</small>`}`,
        html`<code title="${digest}">${digest.replace(/^(sha256:.{12}).*$/, '$1…')}</code>`,
        bytes === null ? '–' : size(bytes),
      ]),
    )}
    ${rest}`;
}
