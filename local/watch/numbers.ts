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

/** `$0.0042`, `$1.23`, `$1,234`. */
export function dollars(usd: number): string {
  if (usd >= 1000) return `$${whole(usd)}`;
  return `$${usd.toFixed(usd > 0 && usd < 0.1 ? 4 : 2)}`;
}
