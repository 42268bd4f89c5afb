/** What is the same for all warnings of a code. */
interface WarningMeaning {
  meaning: string;
  /** In general; the warning itself has a remedy with the names of the run at hand. */
  remedy: string;
}

/**
 * What our trainer warns of, by the code that the warning carries. A callback takes any code of that form, for a trainer may be
 * of another version, or not be ours.
 */
const TABLE = {
  'expectation-violated': {
    meaning: 'The data breaks an expectation of `dataset.expectations` whose severity is `warning`.',
    remedy: 'Correct the data, or change the expectation.',
  },
  'schema-changed': {
    meaning: 'The columns of the data, or their types, differ from those of the reference.',
    remedy: 'If it was meant, nothing: the data of a completed validation is the next reference.',
  },
  'missing-values': {
    meaning: 'A column is null in more than a twentieth of the rows.',
    remedy: 'Fill the column at its source, or allow for it by an expectation `nulls`.',
  },
  'infinite-values': {
    meaning: 'A column that is taken as numbers is infinite in some rows, which count as missing.',
    remedy: 'Correct the values at their source, or give them a number in `dataset.sql`.',
  },
  'missing-times': {
    meaning: 'The column that orders the split is null in some rows, which therefore count as the oldest.',
    remedy: 'Drop the rows by `dataset.where`, or fill the column at its source.',
  },
  'far-times': {
    meaning:
      'The column that orders the split has times of the year 2100 or later, which often stand for no time at all. Such rows count as the newest, so that the result is measured on them.',
    remedy: 'Drop the rows by `dataset.where`, or make such times null in `dataset.sql`.',
  },
  'numbers-as-times': {
    meaning:
      'The column that orders the split has numbers that are no times since 1970, with decimals or the same ones in many rows. Their order is used all the same, so that the rows with the greatest numbers are held out.',
    remedy:
      'Name the column of the time in `dataset.split`, or split by `random`. Where the numbers rise with time, nothing.',
  },
  'cast-failed': {
    meaning: 'A cast of `dataset.columns` failed for some values, which count as null.',
    remedy: 'Correct the values, or the cast.',
  },
  'items-without-rows': {
    meaning:
      'A table that is joined by the id of the items has items that no row of the data is of. The catalogue is of the items of train, so that they are not recommended.',
    remedy:
      'Bring rows of them: a model learns nothing of an item without one. Items that `dataset.vocabularies` names are recommended all the same.',
  },
  'unmatched-rows': {
    meaning: 'Rows have no match in a table that is joined to them, so that its columns are null there.',
    remedy: 'Compare the keys on both sides: their types, letter case and blanks.',
  },
  'one-value-outweighs': {
    meaning:
      'One value of a column makes up nearly all of its variance, so that all others look alike to a model that takes it as a number.',
    remedy:
      'Set `outliers` of the column in `dataset.columns`, or `clip` or `log1p` of the feature or target.',
  },
  'no-rows-measured': {
    meaning:
      'No row of a split can be measured, so that the run has no metrics of it: users or items are new, the target is missing, or `evaluation.relevant` calls no row an answer.',
    remedy: 'Change `dataset.split` so that users and items of the split occur in train, or bring more data.',
  },
  'few-rows-measured': {
    meaning:
      'Fewer than 100 rows of a split, or fewer than half of them, can be measured: its metrics are of chance, or of a part that is not like the rest. Of retrieval the rows that `evaluation.relevant` calls answers are meant.',
    remedy: 'Change `dataset.split`, lower `minCount`, or bring more data.',
  },
  'tied-times': {
    meaning:
      'More than a tenth of the rows that a split by shares of time, or by the last rows of each user, holds out have the same time as rows on the side before: which of them are held out, their order in the source says, and the result is hardly one of the future.',
    remedy:
      'Split by `strictTemporal` or `timeHoldout`, which keep rows of one time together, or by a column that tells more rows apart.',
  },
  'monitor-off': {
    meaning:
      'Early stopping, or the schedule of the learning rate, goes by a metric that no row gives, so that it does nothing.',
    remedy:
      'Change `dataset.split` so that validation rows can be measured, or train a fixed number of `training.epochs`.',
  },
  'recall-of-all-items': {
    meaning: 'There are no more items than K, so that recall at K is 1 whatever the model does.',
    remedy: 'Leave such a K out of `evaluation.k`.',
  },
  'compared-as-text': {
    meaning:
      'A condition of `dataset.where` compares texts in order of which the numbers that they write say otherwise.',
    remedy: 'Write the value as a number, or set `cast` of the column in `dataset.columns`.',
  },
  'equal-scores': {
    meaning:
      'The items of many test rows share their score with other items, and recall counts what scores higher alone: a model that scores all items alike would find all of them.',
    remedy:
      'Set the activation of the last layer of both towers to `linear`, lower the learning rate, or train longer.',
  },
  'one-target-value': {
    meaning: 'All measured rows of a split have the same target, so that a constant is as good as any model.',
    remedy: 'Change `dataset.split`, or `features.target.threshold`, or bring more data.',
  },
  'list-as-value': {
    meaning: 'A column holds several values a row, and a feature takes them for one.',
    remedy: 'Read the values one by one, or choose one of them, in `dataset.sql`.',
  },
  'files-differ': {
    meaning: 'The files of one source do not all have the same columns, or have them in different types.',
    remedy: 'Write all files alike, or choose those of one kind by the pattern of `dataset.source.uri`.',
  },
  'doubtful-encoding': {
    meaning: 'A file is read in the encoding that is said, and is valid UTF-8 throughout.',
    remedy: 'Remove `csv.encoding` of the source.',
  },
  'nul-characters': {
    meaning: 'Values of a column that is looked up hold a NUL character, and count as values of their own.',
    remedy: 'Correct the file, or remove the character in `dataset.sql`.',
  },
  'blanks-differ': {
    meaning:
      'Values of a column that is looked up differ by blanks at their ends alone, and count as two; or nearly all of them begin or end with a blank, as where one follows the delimiters of a CSV file.',
    remedy: 'Set `trim` of the column in `dataset.columns`.',
  },
  'values-alike': {
    meaning:
      'Values of a column that is looked up differ only by upper and lower case, by characters that look the same or are not seen, or by how the same number is written, and count as several.',
    remedy: 'Where they mean the same, write them alike, at their source or by `dataset.sql`.',
  },
  'missing-as-text': {
    meaning: 'A column that is looked up holds texts such as `NULL`, which count as values of their own.',
    remedy: 'Name them in `csv.nullTexts` of the source, or make them null by `dataset.sql`.',
  },
  'constant-feature': {
    meaning:
      'A column that a feature reads has the same value in every row, or the feature makes the same of all training rows, as intervals do whose boundaries lie outside the values.',
    remedy: 'Name the right column, change the settings that the warning names, or leave the feature out.',
  },
  'values-count-as-missing': {
    meaning:
      'A feature that is no id counts as missing or unknown in more than half of the training rows that have a value: a `boolean` of numbers other than 0 and 1, a `lookup` whose `minCount` or `maxSize` leaves out most, a `cyclical` of texts that are no times.',
    remedy: 'Take another transform, or change the setting that the warning names.',
  },
  'parts-left-out': {
    meaning:
      'A text has more words than `maxTokens` of its feature, or a row more values than `multi.max`: the first count, and the others do not.',
    remedy: 'Raise the setting, where the later ones tell something.',
  },
  'target-leak': {
    meaning:
      'A column that a feature reads gives the target away: their rank correlation is above 0.999, or, of a column of two values, they are the same row by row. It is measured on a sample of 100,000 rows, or fewer where such columns are many.',
    remedy: 'Leave the feature out, unless its column is known before the target is.',
  },
  'values-not-in-vocabulary': {
    meaning:
      'Training rows have values that the file of `dataset.vocabularies` lacks, and which therefore count as unknown.',
    remedy: 'Add the values at the end of their list, or leave `dataset.vocabularies` out.',
  },
  'lists-not-loaded': {
    meaning:
      'Recommendations or similar items could not be loaded into the table of BigQuery that `outputs` names.',
    remedy:
      'Grant the rights that the message names, and load the Parquet file beside the model with `bq load`.',
  },
  'index-recall-low': {
    meaning:
      'The graph of `outputs.index` finds a smaller share of the best items than it is to: for users of the training data, or for other queries.',
    remedy:
      'Set `expansionSearch` higher, raise `connectivity` and `expansionAdd`, or use the index `exact`.',
  },
  'format-left-out': {
    meaning: 'The model is not exported in a format of other software, which cannot hold it.',
    remedy: 'Use another of `outputs.formats`, or the folder of the model with `@trainyard/recommender`.',
  },
} as const satisfies Record<string, WarningMeaning>;

export type RunWarningCode = keyof typeof TABLE;

export const RUN_WARNINGS: Readonly<Record<RunWarningCode, WarningMeaning>> = TABLE;
