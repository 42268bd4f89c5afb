/** The parameters that are written in the language of filters, and how a refusal begins that is of one. */
export const WRITTEN_PARAMETERS = {
  filter: 'The filter',
  orderBy: 'The order',
  columns: 'The list of columns',
} as const;
