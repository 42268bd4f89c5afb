/** The columns of a table in a terminal: what they hold, and what they would be used for. */
import { whole } from '@trainyard/shared';
import type { Inspection } from '@trainyard/shared/profile/inspection';
import type { ColumnProfile } from '@trainyard/shared/profile/profile';
import { type Layout, paint, plain, truncate } from '../../watch/layout.js';
import { type Cell, textTable } from '../comparison/textTable.js';
import type { Proposal } from './proposal.js';

const EXAMPLES = 3;
const EXAMPLE_WIDTH = 24;
const GAP = '  ';

export function columnTable({ profile }: Inspection, layout: Layout): string[] {
  const head = ['column', 'kind', 'values', 'empty'].map((text): Cell => ({ text }));
  const lines = textTable([head, ...profile.columns.map(columnRow)], layout);
  const width = Math.max(...lines.map((line) => line.length)) + GAP.length;
  return lines.map((line, i) => {
    const column = profile.columns[i - 1];
    const text = truncate(
      line.padEnd(width) + (column ? examplesOf(column) : 'such as'),
      layout.width,
    ).trimEnd();
    return column ? text : paint(layout, 'dim', text);
  });
}

function columnRow({ name, kind, distinct, nullShare }: ColumnProfile): Cell[] {
  return [
    { text: plain(name) },
    { text: kind },
    { text: whole(distinct) },
    { text: nullShare === 0 ? '' : `${(100 * nullShare).toFixed(1)} %` },
  ];
}

function examplesOf({ top }: ColumnProfile): string {
  return top
    .slice(0, EXAMPLES)
    .map(({ value }) => truncate(plain(value), EXAMPLE_WIDTH))
    .join(', ');
}

/** What the specification makes of the columns, a line each. */
export function proposalLines({ roles, attributes, returned, unused }: Proposal): string[] {
  const names = (side: Proposal['attributes']['user']) => side.map(({ column }) => plain(column)).join(', ');
  return [
    `  user     ${plain(roles.user)}${attributes.user.length > 0 ? `, with ${names(attributes.user)}` : ''}`,
    `  item     ${plain(roles.item)}${attributes.item.length > 0 ? `, with ${names(attributes.item)}` : ''}`,
    `  time     ${roles.time === null ? 'none: rows are drawn for validation and test' : plain(roles.time)}`,
    ...(returned
      ? [`  left out rows with a negative ${plain(returned.column)}: ${whole(returned.rows)}`]
      : []),
    ...(unused.length > 0 ? [`  not used ${unused.map(({ column }) => plain(column)).join(', ')}`] : []),
  ];
}
