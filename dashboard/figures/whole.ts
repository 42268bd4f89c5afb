const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `198,964` */
export function whole(count: number): string {
  return WHOLE.format(count);
}
