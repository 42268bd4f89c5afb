/** Numbers as people read them, alike in every locale. */

/** `1234567` → `1,234,567`. */
export function whole(value: number): string {
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** A count that may have a fraction: `12`, `0.25`. */
export function amount(value: number): string {
  return Number.isInteger(value) ? whole(value) : value.toPrecision(4).replace(/\.?0+$/, '');
}

/** Seconds: `0.8 s`, `34 s`, `5 min 03 s`, `2 h 05 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${rounded} s`;
  const minutes = Math.floor(rounded / 60);
  if (minutes < 60) return `${minutes} min ${twoDigits(rounded % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/**
 * How `value` stands to the `reference` of that name, in words: `26 % better than popularity`, `as good as popularity`,
 * `3.1 times as good as popularity`. Greater is better.
 */
export function comparison(value: number, reference: number, name: string): string {
  if (reference === 0) return value === 0 ? `as good as ${name}` : `better than ${name}, which finds nothing`;
  if (value >= 3 * reference) return `${(value / reference).toFixed(1)} times as good as ${name}`;
  const percent = Math.round((value / reference - 1) * 100);
  if (percent === 0) return `${value === reference ? '' : 'about '}as good as ${name}`;
  return `${Math.abs(percent)} % ${percent > 0 ? 'better' : 'worse'} than ${name}`;
}

/** `$0.0042`, `$1.23`, `$1,234`. */
export function dollars(usd: number): string {
  if (usd >= 1000) return `$${whole(usd)}`;
  return `$${usd.toFixed(usd > 0 && usd < 0.1 ? 4 : 2)}`;
}
