const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** `198,964` */
export function whole(count: number): string {
  return WHOLE.format(count);
}

/** `2.45M`, for a glance. */
export function short(count: number): string {
  return SHORT.format(count);
}
