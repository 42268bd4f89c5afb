/** The name of a table of BigQuery, `project.dataset.table`. */
export const TABLE_PATTERN = /^[a-z0-9][a-z0-9.:-]*\.\w+\.[\p{L}\p{M}\p{N}\p{Pc}\p{Pd} ]+$/u;

/**
 * For documents, whose readers may know no classes of Unicode (Python's `re`): the same for ASCII, and any character beyond it.
 * What is sent is held against the stricter pattern.
 */
export const PLAIN_TABLE_PATTERN = String.raw`^[a-z0-9][a-z0-9.:-]*\.\w+\.[^\x00-\x1f!-,./:-@\[-^\x60{-\x7f]+$`;

export const LONGEST_TABLE = 2200;
