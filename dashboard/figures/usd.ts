const USD = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD' });

/** US dollars; below a cent it says so, for no run is free because it was short. */
export function usd(amount: number): string {
  return amount > 0 && amount < 0.01 ? `< ${USD.format(0.01)}` : USD.format(amount);
}
