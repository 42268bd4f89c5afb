/** A proposal as a specification in YAML that says of each part why it is there. */
import type { Multi } from '@trainyard/shared/spec/shape/multi';
import type { Proposal } from './proposal.js';

/** `uri` is the data as the specification names it: relative to its own folder. `rows` says how much was looked at. */
export function specText(proposal: Proposal, { uri, rows }: { uri: string; rows: string }): string {
  return [
    `# Proposed by "trainyard init" from ${rows}. Each line may be changed; "trainyard schema" prints all that there is.`,
    ...datasetLines(proposal, uri),
    '',
    ...featureLines(proposal),
    '',
    ...modelLines(proposal),
    ...unusedLines(proposal),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** Words that YAML takes for something other than text. */
const RESERVED = /^(true|false|yes|no|on|off|null|y|n|~)$/i;

/** A text as YAML writes it, in quotes where it could be read as something else. */
function scalar(text: string): string {
  return /^[\p{L}_][\p{L}\d_./-]*$/u.test(text) && !RESERVED.test(text) ? text : JSON.stringify(text);
}

/** What quotes data as a comment stays on its line. */
function comment(text: string): string {
  return `# ${text.replaceAll(/\s+/g, ' ')}`;
}

function datasetLines({ roles, cleanings, required, returned, attributes }: Proposal, uri: string): string[] {
  const { user, item, time } = roles;
  const conditions = [
    ...required.map(({ column, nulls }) => ({
      text: `{ column: ${scalar(column)}, is: notNull }`,
      why: `${nulls} rows have none`,
    })),
    ...(returned
      ? [
          {
            text: `{ column: ${scalar(returned.column)}, is: greater, value: 0 }`,
            why: `${returned.rows} rows take something back`,
          },
        ]
      : []),
  ];
  const attributeNames = [...attributes.user, ...attributes.item].map(({ column }) => column);
  return [
    'dataset:',
    '  source:',
    `    uri: ${scalar(uri)} ${comment('relative to this file; --data takes another')}`,
    ...(cleanings.length > 0 ? ['  columns:'] : []),
    ...cleanings.map(({ column, cleaning, why }) => {
      const settings = Object.entries(cleaning).map(([key, value]) => `${key}: ${settingText(value)}`);
      return `    ${scalar(column)}: { ${settings.join(', ')} } ${comment(why)}`;
    }),
    ...(conditions.length > 0 ? ['  # Only rows that say who and what.', '  where:'] : []),
    ...conditions.map(({ text, why }) => `    - ${text} ${comment(why)}`),
    ...splitLines(time),
    '  # What a run checks before it trains: a new version of the data that breaks this is refused.',
    '  expectations:',
    ...[user, item].map((column) => `    - { expect: nulls, column: ${scalar(column)}, atMost: 0 }`),
    ...attributeNames.map(
      (column) => `    - { expect: nulls, column: ${scalar(column)}, atMost: 0.5, severity: warning }`,
    ),
  ];
}

function settingText(value: unknown): string {
  return typeof value === 'string' ? scalar(value) : JSON.stringify(value);
}

function splitLines(time: string | null): string[] {
  if (time === null)
    return [
      '  # No column says when a row was, so that rows are drawn for validation and test. Where there is one, "strategy: time" is more honest.',
      '  split: { strategy: random, train: 0.8, validation: 0.1, test: 0.1 }',
    ];
  return [
    '  # Trained on the past, and tested on what came after it.',
    `  split: { strategy: time, column: ${scalar(time)}, train: 0.8, validation: 0.15, test: 0.05 }`,
  ];
}

function featureLines({ roles, attributes, width, halfLifeDays }: Proposal): string[] {
  const tower = (id: string, side: Proposal['attributes']['user']) => {
    const own = width - side.reduce((sum, { dim }) => sum + dim, 0);
    return [
      `    - { column: ${scalar(id)}, transform: lookup, id: true, dim: ${own} }`,
      ...side.map(
        ({ column, dim, multi }) =>
          `    - { column: ${scalar(column)}, transform: lookup${multiText(multi)}, dim: ${dim} }${multi ? ` ${comment('several values in a row')}` : ''}`,
      ),
    ];
  };
  return [
    'features:',
    '  # Who asks.',
    '  query:',
    ...tower(roles.user, attributes.user),
    '  # What is recommended.',
    '  candidate:',
    ...tower(roles.item, attributes.item),
    ...(halfLifeDays === null || roles.time === null
      ? []
      : [
          `  # Tastes change: a row counts half as much as one that is ${halfLifeDays} days younger.`,
          `  sampleWeight: { column: ${scalar(roles.time)}, halfLifeDays: ${halfLifeDays} }`,
        ]),
  ];
}

function multiText(multi: Multi | undefined): string {
  if (!multi) return '';
  const { delimiter } = multi;
  return `, multi: { ${delimiter === undefined ? 'list: true' : `delimiter: ${JSON.stringify(delimiter)}`} }`;
}

function modelLines({ width, negatives }: Proposal): string[] {
  return [
    'model:',
    `  # No layers: the embeddings of a tower, ${width} numbers together, are compared as they are. Layers help where attributes say much.`,
    '  query: { layers: [] }',
    '  candidate: { layers: [] }',
    '',
    'training:',
    '  epochs: 20 # at most: it stops when validation gets no better',
    '  batchSize: 4096',
    '  optimizer: { type: adam, learningRate: 0.02 }',
    '  schedule: { type: cosine, minRate: 0.001 }',
    ...(negatives === 'catalogue'
      ? ['  # Each item competes with all others.', '  negatives: { type: catalogue }']
      : [
          '  # Each item competes with drawn ones, for there are many.',
          '  negatives: { type: sampled, count: 4096 }',
        ]),
    '  # Pulls the embeddings of rare users and items towards zero; without it the model learns its rows by heart.',
    '  embeddingL2: 0.3',
    '  earlyStopping: { monitor: recall_at_100, patience: 4 }',
    '',
    'evaluation:',
    '  k: [5, 10, 50, 100] # recall, NDCG and others at these lengths of a list',
  ];
}

function unusedLines({ unused }: Proposal): string[] {
  if (unused.length === 0) return [];
  return [
    '',
    '# Columns that are not used:',
    ...unused.map(({ column, why }) => comment(`  ${column.replaceAll(/\s+/g, ' ')}: ${why}`)),
  ];
}
