import type { TrainerProblem } from './trainerProblem.js';

/** The data is not there, may not be read, or cannot be read as the specification says. */
export const DATASET_ERRORS = {
  'source-not-found': {
    kind: 'dataset',
    meaning: 'No file, object, table or bucket is where the specification says.',
    remedy: 'Correct `dataset.source`.',
    retriable: false,
  },
  'no-permission': {
    kind: 'dataset',
    meaning: 'The data is there, and the trainer may not read it, or not export it.',
    remedy: 'Give the user or service account of the trainer the right that the message names.',
    retriable: false,
  },
  'not-a-file': {
    kind: 'dataset',
    meaning: 'The source names a folder or a device.',
    remedy: 'Give a file, or a pattern of files.',
    retriable: false,
  },
  'empty-file': {
    kind: 'dataset',
    meaning: 'A file of the source has no bytes.',
    remedy: 'Write the data before the run is started.',
    retriable: false,
  },
  'not-parquet': {
    kind: 'dataset',
    meaning: 'A file does not begin and end as Parquet does: it is something else, or cut off.',
    remedy: 'Write it again, or name the right `dataset.source.format`.',
    retriable: false,
  },
  'unreadable-source': {
    kind: 'dataset',
    meaning: 'A file is damaged, or not of the format that it is read as.',
    remedy: 'Write the file again, or name the right `dataset.source.format`.',
    retriable: false,
  },
  'inflated-too-far': {
    kind: 'dataset',
    meaning: 'A compressed file holds so much more than it has bytes that it is no table.',
    remedy: 'Write the file again, or without compression if it is what it should be.',
    retriable: false,
  },
  'no-header': {
    kind: 'dataset',
    meaning: 'A CSV file has an empty line where the names of its columns, or its rows, should begin.',
    remedy: 'Begin the file with a line of column names, and remove empty lines.',
    retriable: false,
  },
  'missing-column': {
    kind: 'dataset',
    meaning: 'The data lacks a column that the specification names.',
    remedy: 'Correct the name: upper and lower case differ.',
    retriable: false,
  },
  'duplicate-column': {
    kind: 'dataset',
    meaning: 'Two columns have the same name, or names that differ in upper and lower case alone.',
    remedy: 'Give each column a name of its own.',
    retriable: false,
  },
  'invalid-column-name': {
    kind: 'dataset',
    meaning: 'A column of the data or of the specification has a name that cannot be used.',
    remedy: 'Rename the column: a name has no NUL character.',
    retriable: false,
  },
  'too-many-columns': {
    kind: 'dataset',
    meaning: 'So many columns are to be brought that the memory for data is not enough.',
    remedy: 'Name the columns that are needed in `dataset.select`, or raise `TRAINYARD_MEMORY_MB`.',
    retriable: false,
  },
  'duplicate-key': {
    kind: 'dataset',
    meaning:
      'A table to be joined has the same key in several rows, so that it cannot be told which is meant.',
    remedy: 'Leave one row for each key.',
    retriable: false,
  },
  'unmatched-join': {
    kind: 'dataset',
    meaning: 'A join finds no row of its table for any row of the data, so that it brings nothing.',
    remedy:
      'Correct the columns in `on`, or say by `compare` of the join how keys are compared that are written in different ways.',
    retriable: false,
  },
  'files-differ': {
    kind: 'dataset',
    meaning:
      'The files of one source differ: a column that is used is not in all of them, or their delimiters are not the same.',
    remedy: 'Write all files alike, or choose those of one kind by the pattern in `dataset.source.uri`.',
    retriable: false,
  },
  'no-delimiter': {
    kind: 'dataset',
    meaning:
      'The first line of a CSV file has none of the usual delimiters, although it should have several columns, or has one of them twice between any two columns.',
    remedy: 'Set `dataset.source.csv.delimiter` to what stands between the columns.',
    retriable: false,
  },
  'repeated-header': {
    kind: 'dataset',
    meaning: 'Rows of a CSV file hold the names of the columns: files were put together with their headers.',
    remedy: 'Remove these lines, or drop them by a condition in `dataset.where`.',
    retriable: false,
  },
  'no-features': {
    kind: 'dataset',
    meaning: 'No record of the TFRecord files has a feature.',
    remedy: 'Write examples with features.',
    retriable: false,
  },
  'mixed-types': {
    kind: 'dataset',
    meaning: 'A feature of the TFRecord files that is used has values of two types.',
    remedy: 'Write the feature with one type in all examples.',
    retriable: false,
  },
  'several-values': {
    kind: 'dataset',
    meaning: 'A feature of the TFRecord files that is used has several values in one record.',
    remedy: 'Choose one of them in `dataset.sql`, or read them one by one as words.',
    retriable: false,
  },
  'too-many-features': {
    kind: 'dataset',
    meaning: 'The TFRecord files have more features than are read.',
    remedy: 'Write what differs from row to row as values of a feature, not as its name.',
    retriable: false,
  },
  'not-text': {
    kind: 'dataset',
    meaning: 'A feature of the TFRecord files that is used holds bytes that are not UTF-8.',
    remedy: 'Write texts as UTF-8, and leave out features that hold no text.',
    retriable: false,
  },
  'cast-failed': {
    kind: 'dataset',
    meaning:
      'No value of a column can be read as the type that it is cast to, or all of them could be with a setting that is not made.',
    remedy: 'Make the setting of `dataset.columns` that the message names, or name the right column.',
    retriable: false,
  },
  'cast-changes-values': {
    kind: 'dataset',
    meaning:
      'A cast would make other numbers of values: whole ones of fractions, or doubles of too many digits.',
    remedy: 'Cast to a type that has the values, or set `round` to `true` in `dataset.columns`.',
    retriable: false,
  },
  'implausible-times': {
    kind: 'dataset',
    meaning:
      'A column that is read as times has years that nobody means, or numbers that are in several units or in none.',
    remedy:
      'Set `unit` or `format` of the column in `dataset.columns`, or leave out what is no time by `dataset.where`.',
    retriable: false,
  },
} as const satisfies Record<string, TrainerProblem>;
