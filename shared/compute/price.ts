import { z } from 'zod';
import { described } from '../described.js';

/** What has a price, and the unit that it is for. One word per thing: a file that overrides prices names these. */
export const PRICED = {
  'cloudRun.vcpu': 'vCPU second',
  'cloudRun.gib': 'GiB second',
  'cloudRun.nvidia-l4': 'GPU second',
  'compute.n1-standard': 'vCPU hour, with its 3.75 GB',
  'compute.g2-standard': 'vCPU hour, with its 4 GB',
  'compute.a2-highgpu': "hour of a GPU's 12 vCPU and 85 GB",
  'compute.a2-ultragpu': "hour of a GPU's 12 vCPU and 170 GB",
  'compute.a3-highgpu': "hour of a GPU's 26 vCPU and 234 GB",
  'compute.nvidia-t4': 'GPU hour',
  'compute.nvidia-v100': 'GPU hour',
  'compute.nvidia-l4': 'GPU hour',
  'compute.nvidia-a100-40gb': 'GPU hour',
  'compute.nvidia-a100-80gb': 'GPU hour',
  'compute.nvidia-h100-80gb': 'GPU hour',
  'vertex.surcharge': "share of Compute Engine's price without spot",
  'functions.vcpu': 'vCPU second',
  'functions.gib': 'GiB second',
  'functions.requests': 'million requests',
  'firestore.reads': '100,000 reads',
  'firestore.writes': '100,000 writes',
  'firestore.deletes': '100,000 deletes',
  'firestore.storage': 'GiB month',
  'pubsub.throughput': 'TiB',
  'storage.standard': 'GB month',
  'storage.classA': '10,000 operations that write or list',
  'storage.classB': '10,000 operations that read',
  'scheduler.jobs': 'job and month',
  'secrets.versions': 'version and month',
  'artifacts.storage': 'GB month',
  'logging.ingested': 'GiB',
} as const;
export type Priced = keyof typeof PRICED;

/** Everywhere that is not named. */
export const EVERYWHERE = '*';

export const priceSchema = z.strictObject({
  sku: described(z.enum(Object.keys(PRICED) as [Priced, ...Priced[]]), 'What the price is for.'),
  regions: described(
    z.array(z.string().min(1)).min(1).default([EVERYWHERE]),
    'The regions of Google Cloud that the price holds in; `*` is every region that no other entry names.',
    ['europe-west4', 'us-central1'],
  ),
  usd: described(z.number().min(0), 'The price of one unit without spot, in US dollars.', 0.67),
  spotUsd: described(
    z.number().min(0).nullable().default(null),
    'The price of one unit while it is lent as spot, in US dollars; null where it is not, or where the price is not known.',
    0.27,
  ),
  source: described(
    z.string().min(1).max(500).default('given by the operator'),
    'Where the price comes from.',
    'our contract with Google',
  ),
  asOf: described(
    z
      .string()
      .regex(/^\d{4}(-\d{2}){0,2}$/, 'must be a year, a month or a day, such as 2026-09')
      .optional(),
    'When the source said so: a year, a month or a day.',
    '2026-09',
  ),
  basis: described(
    z.enum(['read', 'remembered', 'given']).default('given'),
    'How sure the price is. `read`: copied from the source. `remembered`: of a public page, and not looked up again. `given`: by whoever runs this Trainyard.',
  ),
});
export type Price = z.infer<typeof priceSchema>;

/** What a file that overrides prices holds: each entry goes before all that Trainyard knows of the same thing in the same region. */
export const priceOverridesSchema = z.array(priceSchema).max(1000);

/** The first entry for a thing in a region; `*` is every region. */
export function findPrice(prices: readonly Price[], sku: Priced, region: string): Price | undefined {
  return prices.find(
    (price) => price.sku === sku && (price.regions.includes(region) || price.regions.includes(EVERYWHERE)),
  );
}
