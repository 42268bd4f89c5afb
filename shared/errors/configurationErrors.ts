import type { TrainerProblem } from './trainerProblem.js';

/** The flags, the environment or the specification have to change. */
export const CONFIGURATION_ERRORS = {
  'invalid-settings': {
    kind: 'configuration',
    meaning:
      'A flag or a variable of the environment is missing, misspelt or not allowed. Nothing was started.',
    remedy:
      'Correct what the message names; `--help` and the page on environment variables list what there is.',
    retriable: false,
  },
  'invalid-spec': {
    kind: 'configuration',
    meaning:
      'The specification breaks a rule of the schema, is not there, or asks for a model that cannot be.',
    remedy: 'Correct what the message names.',
    retriable: false,
  },
  'unsupported-source': {
    kind: 'configuration',
    meaning: '`dataset.source.uri` has a scheme that is not read.',
    remedy: 'Give a path, a `file://` URL or `gs://bucket/object`.',
    retriable: false,
  },
  'invalid-file-url': {
    kind: 'configuration',
    meaning: '`dataset.source.uri` is a `file://` URL that is not one of a file on this machine.',
    remedy: 'Write it as `file:///folder/file.parquet`, or give a path.',
    retriable: false,
  },
  'invalid-object-uri': {
    kind: 'configuration',
    meaning: '`dataset.source.uri` begins with `gs://` and names no objects of a bucket.',
    remedy:
      'Write `gs://bucket/folder/file.parquet`, or a pattern of objects; the name of the bucket is no pattern.',
    retriable: false,
  },
  'invalid-pattern': {
    kind: 'configuration',
    meaning: 'The pattern in `dataset.source.uri` cannot be read.',
    remedy: 'Use `*`, `?`, `**` and sets such as `[0-9]`.',
    retriable: false,
  },
  'unknown-format': {
    kind: 'configuration',
    meaning: 'The format of the source cannot be told from the endings of its files.',
    remedy: 'Choose files of one format, or name `dataset.source.format`.',
    retriable: false,
  },
  'not-csv': {
    kind: 'configuration',
    meaning: '`dataset.source.csv` is given for files of another format.',
    remedy: 'Remove it, or set `dataset.source.format` to `csv`.',
    retriable: false,
  },
  'column-count': {
    kind: 'configuration',
    meaning: '`dataset.source.csv.columns` names more or fewer columns than the data has.',
    remedy: 'Name each column of the file, in its order.',
    retriable: false,
  },
  'bad-sql': {
    kind: 'configuration',
    meaning: '`dataset.sql` does not run, or is not one SELECT.',
    remedy: 'Write one SELECT in the SQL of DuckDB over `source` and the names in `dataset.tables`.',
    retriable: false,
  },
  'bad-condition': {
    kind: 'configuration',
    meaning:
      'A condition of `dataset.where` or `evaluation.relevant` compares a column with a value of another type.',
    remedy: 'Write a value of the type of the column, or cast the column in `dataset.columns`.',
    retriable: false,
  },
  'invalid-query': {
    kind: 'configuration',
    meaning: '`dataset.source.bigquery` is not one SELECT, gives no columns, or cannot be run by BigQuery.',
    remedy: 'Try the query in the BigQuery console, and correct it.',
    retriable: false,
  },
  'too-costly': {
    kind: 'configuration',
    meaning:
      'The query reads more bytes than `dataset.source.bigquery.maxBytesBilled` allows. Nothing was billed.',
    remedy: 'Select fewer columns, or raise the limit if that is what the data cost.',
    retriable: false,
  },
  'location-mismatch': {
    kind: 'configuration',
    meaning:
      'The data, `dataset.source.bigquery.location` and the bucket of `exportUri` are not in one place.',
    remedy: 'Name the location of the data, and export to a bucket there.',
    retriable: false,
  },
  'snapshot-unavailable': {
    kind: 'configuration',
    meaning: 'The table cannot be read as of `dataset.source.bigquery.asOf`.',
    remedy: 'Name a time after the table was made, within the last seven days.',
    retriable: false,
  },
  'source-too-large': {
    kind: 'configuration',
    meaning: 'The objects of the source are larger than the trainer may download. Nothing was downloaded.',
    remedy:
      'Narrow the pattern, or raise `TRAINYARD_DOWNLOAD_LIMIT_GB` where the machine has the disk for it.',
    retriable: false,
  },
  'no-reference': {
    kind: 'configuration',
    meaning: '`dataset.reference` names a profile that is not there.',
    remedy: 'Correct it, or leave it out to compare with the last run of the model.',
    retriable: false,
  },
  'bad-reference': {
    kind: 'configuration',
    meaning: 'What `dataset.reference` names is not a profile of an earlier run.',
    remedy: 'Name the profile that `validate` wrote for a run.',
    retriable: false,
  },
  'no-vocabularies': {
    kind: 'configuration',
    meaning: '`dataset.vocabularies`, or `--vocabularies-path`, names a file that is not there.',
    remedy: 'Correct it, or leave it out: then vocabularies are made of the training rows.',
    retriable: false,
  },
  'bad-vocabularies': {
    kind: 'configuration',
    meaning:
      'What `dataset.vocabularies` names does not give each feature that has a vocabulary a list of different texts, and nothing else.',
    remedy:
      'Correct what the message names, or name the `vocabularies.json` of a run with the same features.',
    retriable: false,
  },
} as const satisfies Record<string, TrainerProblem>;
