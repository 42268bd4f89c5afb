/** What a specification begins with that is taken from nowhere: as much as there must be. */
export const TEMPLATE = `dataset:
  source:
    uri: # where the rows are: gs://bucket/purchases/*.parquet, or a path of the machine that trains
features:
  query:
    - column: # who: the column of users
      transform: lookup
      id: true
  candidate:
    - column: # what: the column of items
      transform: lookup
      id: true
`;
