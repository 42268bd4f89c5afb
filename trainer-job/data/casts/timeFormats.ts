/** Formats in which times are often written, to propose what reads those of a column. */

const DATES = [
  '%Y%m%d',
  '%Y-%m-%d',
  '%Y/%m/%d',
  '%Y.%m.%d',
  '%d.%m.%Y',
  '%d/%m/%Y',
  '%m/%d/%Y',
  '%d-%m-%Y',
  '%m-%d-%Y',
  '%m.%d.%Y',
  '%d.%m.%y',
  '%d/%m/%y',
  '%m/%d/%y',
  '%y/%m/%d',
  '%d-%m-%y',
  '%m-%d-%y',
  '%y-%m-%d',
  '%d %b %Y',
  '%d %B %Y',
  '%d-%b-%Y',
  '%d-%b-%y',
  '%d/%b/%Y',
  '%b %d, %Y',
  '%B %d, %Y',
  '%b %d %Y',
  '%B %d %Y',
  '%a, %d %b %Y',
  '%A, %d %B %Y',
  '%A, %B %d, %Y',
  '%Y %b %d',
] as const;

const TIMES = [
  '',
  ' %H:%M',
  ' %H:%M:%S',
  ' %H:%M:%S.%f',
  ' %I:%M %p',
  ' %I:%M:%S %p',
  ', %H:%M',
  ', %H:%M:%S',
  ', %I:%M %p',
  ' %H.%M',
  ' %H.%M.%S',
  ' %H:%M:%S %z',
  ' %H:%M %z',
  ' %H:%M:%S GMT',
  ' %H:%M:%S UTC',
  'T%H:%M:%S',
  'T%H:%M:%SZ',
  'T%H%M%SZ',
  ':%H:%M:%S %z',
] as const;

/** Formats of a kind of their own, which no other pair makes. */
const WHOLE = [
  '%Y%m%d%H%M%S',
  '%Y%m%d%H%M',
  '%a %b %d %H:%M:%S %Y',
  '%d%m%Y',
  '%H:%M %d.%m.%Y',
  // Months, of which the first day is meant.
  '%Y-%m',
  '%Y/%m',
  '%Y.%m',
  '%m/%Y',
  '%m-%Y',
  '%m.%Y',
  '%b %Y',
  '%B %Y',
] as const;

export const COMMON_TIME_FORMATS: readonly string[] = [
  ...DATES.flatMap((date) => TIMES.map((time) => `${date}${time}`)),
  ...WHOLE,
];

/** What a format says of the order of its date, for people who have to choose between two. */
export function orderOf(format: string): string {
  const parts = [...format.matchAll(/%-?([dmbByY])/g)].map(([, part = '']) => part);
  if (/[yY]/.test(parts[0] ?? '')) return 'the year first';
  return parts[0] === 'd' ? 'the day first' : 'the month first';
}

/** The masked texts that a part of a format may read: 9 stands for a digit, A for a letter. */
const PART_FORMS: Readonly<Record<string, string>> = {
  Y: '9{4}',
  y: '9{2}',
  f: '9{1,9}',
  b: 'A{3}',
  B: 'A{3,9}',
  a: 'A{3}',
  A: 'A{6,9}',
  p: 'AA',
  z: '[+-]9{2}(:?9{2})?',
};

/** Whether a text of this form may be of the format; of a long text only the beginning is known. */
export function mayRead(format: string, form: string): boolean {
  const pattern = format.replace(/%(\w)|[.*+?^${}()|[\]\\]|[A-Za-z]/g, (literal, part?: string) => {
    if (part !== undefined) return PART_FORMS[part] ?? '9{1,2}';
    return /[A-Za-z]/.test(literal) ? 'A' : `\\${literal}`;
  });
  return new RegExp(`^${pattern}$`).test(form.trim());
}
