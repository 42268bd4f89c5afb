/**
 * What Google Cloud lists, with the source and the date beside each figure, in USD without taxes and discounts. Prices change, those of
 * spot machines as often as daily: the table is for estimates and budgets, the platform's bill has the last word. A file overrides any
 * of it (`TRAINYARD_PRICES`).
 */
import type { Price } from './price.js';

type Origin = Pick<Price, 'source' | 'asOf' | 'basis'>;

/** Third parties that quote Google's page agree on these figures. */
const CLOUD_RUN: Origin = { source: 'https://cloud.google.com/run/pricing', asOf: '2026-07', basis: 'read' };
/**
 * A public catalogue made of Google's own price list (Cloud Billing Catalog API). The revision has no date; by the machines that it
 * knows it is of 2024.
 */
const CATALOGUE: Origin = {
  source:
    'https://github.com/skypilot-org/skypilot-catalog/blob/ddb86953051d8c54a48b02d4431b84d5df05ec42/catalogs/v5/gcp/vms.csv',
  asOf: '2024',
  basis: 'read',
};
/** A later revision of the same, which lists the smaller A3 machines: of 2025. */
const LATER_CATALOGUE: Origin = {
  source:
    'https://github.com/skypilot-org/skypilot-catalog/blob/0129130f83b64ef3b6c9fb67f3ee3a85e481ed5c/catalogs/v5/gcp/vms.csv',
  asOf: '2025',
  basis: 'read',
};
const remembered = (page: string): Origin => ({
  source: `https://cloud.google.com/${page}`,
  asOf: '2025-01',
  basis: 'remembered',
});

const TIER_1 = ['europe-west1', 'europe-west4', 'us-central1', 'us-east4'];

type Row = [sku: Price['sku'], regions: string[] | string, usd: number, spotUsd?: number];

/** A test holds each against its schema: to do so here would cost each cold start. */
function rows(origin: Origin, entries: readonly Row[]): Price[] {
  return entries.map(([sku, regions, usd, spotUsd = null]) => ({
    sku,
    regions: [regions].flat(),
    usd,
    spotUsd,
    ...origin,
  }));
}

export const PRICES: readonly Price[] = [
  // Jobs; the free allowance of each month is left out, and so is the minimum of one minute.
  ...rows(CLOUD_RUN, [
    ['cloudRun.vcpu', TIER_1, 0.000_018],
    ['cloudRun.gib', TIER_1, 0.000_002],
    ['cloudRun.nvidia-l4', TIER_1, 0.000_186_7],
    ['cloudRun.vcpu', 'asia-southeast1', 0.000_021_6],
    ['cloudRun.gib', 'asia-southeast1', 0.000_002_4],
    ['cloudRun.nvidia-l4', 'asia-southeast1', 0.000_224_04],
    ['functions.vcpu', TIER_1, 0.000_024],
    ['functions.gib', TIER_1, 0.000_002_5],
    ['functions.requests', TIER_1, 0.4],
  ]),
  // The catalogue prices whole machines: n1-standard-8 and n1-standard-96, g2-standard-12.
  ...rows(CATALOGUE, [
    ['compute.n1-standard', 'europe-west4', 0.418_34 / 8, 0.093_57 / 8],
    ['compute.n1-standard', 'europe-west1', 5.016_17 / 96, 1.377_24 / 96],
    ['compute.n1-standard', 'us-central1', 0.38 / 8, 0.099_04 / 8],
    ['compute.g2-standard', 'europe-west4', 0.462_86 / 12, 0.185_21 / 12],
    ['compute.g2-standard', 'europe-west1', 0.4849 / 12, 0.165_94 / 12],
    ['compute.g2-standard', 'us-central1', 0.440_38 / 12, 0.148_27 / 12],
    ['compute.nvidia-t4', 'europe-west4', 0.35, 0.119],
    ['compute.nvidia-t4', 'europe-west1', 0.35, 0.14],
    ['compute.nvidia-t4', 'us-central1', 0.35, 0.119],
    ['compute.nvidia-v100', 'europe-west4', 2.55, 0.9893],
    ['compute.nvidia-v100', 'us-central1', 2.48, 0.7534],
    ['compute.nvidia-l4', 'europe-west4', 0.588_63, 0.1915],
    ['compute.nvidia-l4', 'europe-west1', 0.616_66, 0.2457],
    ['compute.nvidia-l4', 'us-central1', 0.560_04, 0.2231],
    ['compute.nvidia-a100-40gb', 'europe-west4', 2.933_91, 1.1691],
    ['compute.nvidia-a100-40gb', 'us-central1', 2.933_91, 1.1736],
    ['compute.nvidia-a100-80gb', 'europe-west4', 4.325_21, 1.371_38],
    ['compute.nvidia-a100-80gb', 'us-central1', 3.928_08, 1.5712],
    ['compute.nvidia-h100-80gb', 'europe-west1', 86.295_84 / 8, 34.5184 / 8],
    ['compute.nvidia-h100-80gb', 'europe-west4', 101.884_13 / 8, 40.7536 / 8],
    ['compute.nvidia-h100-80gb', 'us-central1', 78.3724 / 8, 31.3488 / 8],
  ]),
  ...rows(LATER_CATALOGUE, [
    ['compute.a2-highgpu', 'europe-west4', 0.814_06, 0.325_65],
    ['compute.a2-highgpu', 'us-central1', 0.739_48, 0.295_76],
    ['compute.a2-ultragpu', 'europe-west4', 1.2105, 0.484_26],
    ['compute.a2-ultragpu', 'us-central1', 1.099_62, 0.439_83],
    ['compute.a3-highgpu', 'europe-west1', 1.302_06, 0.716_17],
    ['compute.a3-highgpu', 'europe-west4', 1.241_63, 0.682_71],
    ['compute.a3-highgpu', 'us-central1', 1.182_51, 0.650_23],
  ]),
  // n1-standard-4 in us-central1 was listed at 0.21849885 for training, and at 0.189999 as a machine: 15 % more, and so for the GPUs.
  ...rows(remembered('vertex-ai/pricing'), [['vertex.surcharge', '*', 0.15]]),
  // Of the multi-region, which is twice a single region's: on the safe side.
  ...rows(remembered('firestore/pricing'), [
    ['firestore.reads', '*', 0.06],
    ['firestore.writes', '*', 0.18],
    ['firestore.deletes', '*', 0.02],
    ['firestore.storage', '*', 0.18],
  ]),
  ...rows(remembered('pubsub/pricing'), [['pubsub.throughput', '*', 40]]),
  ...rows(remembered('storage/pricing'), [
    ['storage.standard', '*', 0.02],
    ['storage.classA', '*', 0.05],
    ['storage.classB', '*', 0.004],
  ]),
  ...rows(remembered('scheduler/pricing'), [['scheduler.jobs', '*', 0.1]]),
  ...rows(remembered('secret-manager/pricing'), [['secrets.versions', '*', 0.06]]),
  ...rows(remembered('artifact-registry/pricing'), [['artifacts.storage', '*', 0.1]]),
  ...rows(remembered('stackdriver/pricing'), [['logging.ingested', '*', 0.5]]),
];
