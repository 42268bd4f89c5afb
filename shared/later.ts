/** The instant that comes so many milliseconds after `now`, or before it where there are less than none. */
export function later(now: Date, ms: number): string {
  return new Date(now.getTime() + ms).toISOString();
}
