/** Tells the share of `total` that is done, in percent, whenever it has grown by ten. */
export function progressOf(total: number, tell: (percent: number) => void): (bytes: number) => void {
  let done = 0;
  let told = 0;
  return (bytes) => {
    done += bytes;
    const percent = Math.floor((100 * done) / Math.max(1, total));
    if (percent < told + 10) return;
    told = percent;
    tell(percent);
  };
}
