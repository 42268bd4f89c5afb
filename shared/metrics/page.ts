import { metricPattern } from './availability.js';
import { inSplitOrder, SPLIT_MEANINGS } from './display.js';
import { BASELINES, type BaselineKind } from './baselines.js';
import type { MetricDisplay, MetricFamily, MetricTable } from './family.js';
import { metricAlias } from './names.js';
import { orderMetrics } from './orderings.js';
import { METRICS } from './table.js';

/** The reference page of all metrics, in Markdown. */
export function metricsPage(table: MetricTable = METRICS): string {
  return [
    '# Metrics',
    'Every metric that Trainyard computes: what it is called, which way is better, who has it and where its definition comes from. ' +
      'The page is made from `shared/metrics`.',
    '## Names',
    'A name is the split, the metric and, where there is one for each K of `evaluation.k`, that K: `test_recall_at_10`. ' +
      'What was measured on is',
    inSplitOrder(Object.keys(SPLIT_MEANINGS) as (keyof typeof SPLIT_MEANINGS)[])
      .map((split) => `- **${split}**: ${SPLIT_MEANINGS[split]}`)
      .join('\n'),
    'Early stopping and schedules monitor metrics of the validation split. Gates ask for any metric that the result of such a model has, ' +
      'and compare with baselines those of the test split. Where a metric has an alias, requests and queries take either; it is stored ' +
      'under its first name. A trainer may report metrics that are not here: they are kept and shown, better when less where the name ends ' +
      'in `loss`, `error` or `mse`, else when more.',
    '## Orderings',
    'Completed runs are listed by (`bestBy`) and found by (`best-runs`):',
    orderMetrics(table)
      .map((name) => `- \`${name}\``)
      .join('\n'),
    ...Object.values(table).flatMap((family) => familySection(family, table)),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function familySection(family: MetricFamily, table: MetricTable): string[] {
  const { title, formula, source, splits } = family;
  const names = inSplitOrder(splits).map((split) => {
    const name = metricPattern(family, split);
    const alias = metricAlias(name.replace(/K$/, '1'), table)?.replace(/1$/, 'K');
    return `\`${name}\` (${split}${alias === undefined ? '' : `; alias \`${alias}\``})`;
  });
  return [
    `## ${title}`,
    formula,
    [
      `- **Names**: ${names.join(', ')}`,
      `- **Better**: ${family.better === null ? 'neither way' : `when it is ${family.better}`}`,
      `- **Models**: ${family.models.join(', ')}${family.targets ? ` with a ${family.targets.map((kind) => KIND_WORDS[kind]).join(' or ')} target` : ''}`,
      `- **Baselines**: ${baselineWords(family.baselines)}`,
      `- **Shown as**: ${displayWords(family.display)}`,
      ...(source ? [`- **Source**: [${source.title}](${source.url})`] : []),
    ].join('\n'),
  ];
}

const KIND_WORDS = { number: 'numeric', binary: 'yes or no' } as const;

function baselineWords(kind: BaselineKind | null): string {
  if (kind === null) return 'none';
  const names = BASELINES[kind].map((name) => `\`${name}\``).join(', ');
  return `those that ${kind === 'retrieval' ? 'find items' : 'predict targets'}: ${names}`;
}

function displayWords(display: MetricDisplay): string {
  switch (display.as) {
    case 'share':
      return `a share of 1, ${display.digits} digits`;
    case 'number':
      return `a number, ${display.digits} digits, and three that are not 0 where it is small`;
    case 'count':
      return 'a count';
    case 'currency':
      return `an amount of ${display.currency}, ${display.digits} digits`;
  }
}
