import { describe, expect, it } from 'vitest';
import { FAVOURITES, PREFERRED } from './customers.js';
import { sampleOptionsSchema } from './options.js';
import { makeSample, type Purchase } from './purchases.js';

const options = sampleOptionsSchema.parse({ rows: 40_000, customers: 800, seed: 7 });
const sample = makeSample(options);
const rows: Purchase[] = Array.from(sample.purchases(), (row) => ({ ...row }));
const { catalogue, customers } = sample;

const subcategoryOf = (row: Purchase) => catalogue.subcategories[catalogue.subcategoryOf[row.product]!]!;
const share = (of: readonly Purchase[], holds: (row: Purchase) => boolean) =>
  of.filter(holds).length / of.length;
const slice = (array: Int32Array, customer: number, width: number) =>
  array.subarray(customer * width, (customer + 1) * width);
const likes = (customer: number, product: number) =>
  slice(customers.preferred, customer, PREFERRED).includes(catalogue.subcategoryOf[product]!);
const some = (seed: number) =>
  Array.from(
    makeSample({ ...options, rows: 100, seed }).purchases(),
    (row) => `${row.customer}:${row.product}`,
  );

describe('sample purchases', () => {
  it('have 24 categories, 125 subcategories and 3 cities unless scaled', () => {
    expect(new Set(catalogue.categories.map((c) => c.name)).size).toBe(24);
    expect(new Set(catalogue.subcategories.map((s) => s.name)).size).toBe(125);
    expect(new Set(customers.cityOf).size).toBe(3);
    expect(catalogue.names).not.toContain('');
    expect(new Set(catalogue.names).size).toBe(options.products);
  });

  it('keep to the categories that the customer likes', () => {
    expect(share(rows, (row) => likes(row.customer, row.product))).toBeGreaterThan(0.75);
    expect(share(rows, (row) => likes((row.customer + 1) % 800, row.product))).toBeLessThan(0.15);
  });

  it('keep to the style of the customer', () => {
    const same = share(rows, (row) => catalogue.styleOf[row.product] === customers.styleOf[row.customer]);
    expect(same).toBeGreaterThan(0.5);
    expect(same).toBeLessThan(0.9);
  });

  it('come back to the favourites', () => {
    const favourite = share(rows, (row) =>
      slice(customers.favourites, row.customer, FAVOURITES).includes(row.product),
    );
    expect(favourite).toBeGreaterThan(0.25);
    expect(favourite).toBeLessThan(0.7);
  });

  it('favour some products of a subcategory, and some customers over others', () => {
    const counts = new Map<number, number>();
    for (const row of rows) counts.set(row.product, (counts.get(row.product) ?? 0) + 1);
    const sorted = [...counts.values()].toSorted((a, b) => b - a);
    const top = sorted.slice(0, options.products / 10).reduce((sum, count) => sum + count, 0) / rows.length;
    expect(top).toBeGreaterThan(0.25);
    expect(top).toBeLessThan(0.6);
  });

  it('differ by city', () => {
    const [first, second] = [0, 1].map((city) => {
      const own = rows.filter((row) => customers.cityOf[row.customer] === city);
      return catalogue.categories.map((_, c) => share(own, (row) => subcategoryOf(row).category === c));
    });
    const distance = first!.reduce((sum, p, c) => sum + Math.abs(p - second![c]!), 0) / 2;
    expect(distance).toBeGreaterThan(0.2);
  });

  it('run through a year in order, with seasons', () => {
    expect(rows.every((row, i) => i === 0 || row.timestamp >= rows[i - 1]!.timestamp)).toBe(true);
    expect(rows.at(-1)!.timestamp - rows[0]!.timestamp).toBeGreaterThan(364 * 86_400);
    const halves = [rows.slice(0, 20_000), rows.slice(20_000)].map((half) =>
      catalogue.categories.map((_, c) => share(half, (row) => subcategoryOf(row).category === c)),
    );
    const changes = halves[0]!.map((p, c) => Math.abs(p - halves[1]![c]!) / (p + halves[1]![c]!));
    expect(Math.max(...changes)).toBeGreaterThan(0.1);
  });

  it('cost something', () => {
    expect(rows.every((row) => row.revenue > 0 && Number.isFinite(row.revenue))).toBe(true);
  });

  it('are the same for a seed and others for another', () => {
    expect(some(7)).toEqual(some(7));
    expect(some(7)).not.toEqual(some(8));
  });

  it('scale beyond the words', () => {
    const large = makeSample(
      sampleOptionsSchema.parse({
        rows: 10,
        customers: 5,
        products: 2_000,
        categories: 60,
        subcategories: 900,
        cities: 8,
      }),
    );
    expect(new Set(large.catalogue.categories.map((c) => c.name)).size).toBe(60);
    expect(new Set(large.catalogue.subcategories.map((s) => s.name)).size).toBe(900);
    expect([...large.purchases()]).toHaveLength(10);
  });

  it('scale down to one of each', () => {
    const tiny = sampleOptionsSchema.parse({
      rows: 3,
      customers: 1,
      products: 1,
      categories: 1,
      subcategories: 1,
      cities: 1,
    });
    expect([...makeSample(tiny).purchases()]).toHaveLength(3);
  });
});
