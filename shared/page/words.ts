/** Numbers and names as pages write them, alike in every locale. */
import { cutText } from '../cutText.js';
import type { Interval } from '../metrics/interval.js';
import { formatMetric } from '../metrics/display.js';

/** At most four digits that matter; a minus that is one. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(4))).replace('-', '−');
}

export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits).replace('-', '−')} %`;
}

/** `+8.3 %` */
export function signedPercent(share: number): string {
  return `${share > 0 ? '+' : ''}${percent(share)}`;
}

/** `12 s`, `3 min 20 s`, `2 h 05 min` */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${rounded} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  if (rounded < 3600) return `${Math.floor(rounded / 60)} min ${two(rounded % 60)} s`;
  return `${Math.floor(rounded / 3600)} h ${two(Math.floor(rounded / 60) % 60)} min`;
}

/** `18.4 MB` */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const steps = ['kB', 'MB', 'GB', 'TB'];
  let [value, step] = [bytes / 1000, 0];
  while (value >= 999.5 && step < steps.length - 1) [value, step] = [value / 1000, step + 1];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${steps[step]}`;
}

/** A text with no more than so many characters, the last an ellipsis where something is missing. */
export function cut(text: string, most = 80): string {
  return text.length <= most ? text : `${cutText(text, most - 1)}…`;
}

/** A value of a metric, with a minus that is one. */
export function metricFigure(metric: string, value: number | undefined): string {
  return formatMetric(metric, value).replace(/^-/, '−');
}

/** `0.1990 to 0.2170` */
export function bounds(metric: string, { low, high }: Interval): string {
  return `${metricFigure(metric, low)} to ${metricFigure(metric, high)}`;
}

/** `2026-11-20 19:18` */
export function minute(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}
