/** What becomes of a column's values before anything else sees them. */
import { z } from 'zod';
import { described } from '../described.js';
import { timeUnitSchema } from '../timeUnit.js';

/** What may follow a percent sign in a format of times: a part that DuckDB's `strptime` reads. */
const FORMAT_PARTS = /^(?:[^%]|%(?:-?[dmyHIMSj]|[aAbBfgGnpuUVwWYzZ%]))*$/;
/** A year, and with it a month or the day of the year. */
const HAS_DATE = /%(?:-?y|Y|G)/;

const timeFormatSchema = z
  .string()
  .min(2)
  .max(100)
  .regex(
    FORMAT_PARTS,
    'has a part that is not read; there are %Y %y %m %d %b %B %j %a %A %H %I %M %S %f %g %p %z %Z and %%',
  )
  .regex(HAS_DATE, 'names no year: %Y has four digits, %y has two');

const cleaningShape = z.strictObject({
  cast: described(
    z.enum(['string', 'int64', 'float64', 'boolean', 'timestamp']).optional(),
    'The type that the column is cast to. A value that cannot be cast becomes null, which is warned of; where all values fail, the run ends. ' +
      'A boolean is true for true, t, yes, y and 1, and false for false, f, no, n and 0, in any case. ' +
      'A timestamp is a text such as 2026-11-20 or 2026-11-20T14:30:00+01:00, or a number of seconds, milliseconds, microseconds or nanoseconds since 1970; ' +
      'with an offset it is converted to UTC, without one it counts as UTC.',
  ),
  format: described(
    z.union([timeFormatSchema, z.array(timeFormatSchema).min(1).max(10)]).optional(),
    'How the times of a column that is cast to `timestamp` are written, in the parts of `strptime`; of several formats the first that fits is taken. ' +
      'Parts are %Y and %y (year), %m, %b and %B (month as a number and as its English name), %d, %H, %I with %p (hour of 24, of 12 with AM or PM), %M, %S, %f (fraction), %z (offset). ' +
      'Times of ISO 8601 need none.',
    '%d.%m.%Y %H:%M',
  ),
  unit: described(
    timeUnitSchema.optional(),
    'The unit of times that are numbers since 1970: `s`, `ms`, `us` or `ns`. Unless given, it is found from the values, which must then lie between 1980 and 2099; ' +
      'a derived column of numbers may have one too.',
    'ms',
  ),
  decimal: described(
    z.enum([',', '.']).optional(),
    'The decimal sign of texts that are cast to numbers. When it is given, the other of the two signs, blanks and apostrophes may stand between groups of three digits: 1.234,50 with `,`.',
    ',',
  ),
  round: described(
    z.boolean().optional(),
    'Whether a cast to a number may change it: 3.5 to `int64` becomes 4, halves away from zero, and `float64` takes the nearest number that it has. Unless `true`, that is an error.',
    true,
  ),
  outliers: described(
    z.enum(['report', 'clip', 'imputeMedian']).optional(),
    'What becomes of outliers: of numbers that are farther than three sample standard deviations from the mean of the training rows. ' +
      '`report` counts them in the validation report. `clip` brings them to that distance, and `imputeMedian` puts the median of the training rows in their place: ' +
      'in features of the column for all rows and at serving, in a target or sample weight for the training rows alone. Nothing unless given.',
    'clip',
  ),
  trim: described(
    z.boolean().default(false),
    'Whether blanks at both ends of texts are removed, after the cast.',
  ),
});
type Cleaning = z.infer<typeof cleaningShape>;

/** The casts that each setting is for; undefined is no cast at all. */
const CASTS_OF = {
  format: ['timestamp'],
  unit: ['timestamp', 'int64', 'float64', undefined],
  decimal: ['int64', 'float64'],
  round: ['int64', 'float64'],
} as const satisfies Partial<Record<keyof Cleaning, readonly Cleaning['cast'][]>>;

export const columnCleaningSchema = cleaningShape.superRefine((cleaning, context) => {
  for (const [setting, casts] of Object.entries(CASTS_OF)) {
    if (cleaning[setting as keyof typeof CASTS_OF] === undefined) continue;
    if ((casts as readonly Cleaning['cast'][]).includes(cleaning.cast)) continue;
    const allowed = casts.filter((cast) => cast !== undefined).map((cast) => `"${cast}"`);
    context.addIssue({
      code: 'custom',
      path: [setting],
      message: `goes with cast ${allowed.join(' or ')}; cast is ${cleaning.cast ? `"${cleaning.cast}"` : 'not given'}`,
    });
  }
  if (cleaning.format !== undefined && cleaning.unit !== undefined) {
    context.addIssue({
      code: 'custom',
      path: ['unit'],
      message: 'is of times that are numbers, and format of times that are texts: give one of them',
    });
  }
});
/** The cleaning of a column. */
export type ColumnCleaning = z.infer<typeof columnCleaningSchema>;
