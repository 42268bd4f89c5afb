import { assertNever } from '../common.js';
import type { Machine } from './machine.js';
import { findPrice, type Price, type Priced } from './price.js';
import { PRICES } from './priceTable.js';

const MACHINES = {
  'n1-standard': { gpuIncluded: false },
  'g2-standard': { gpuIncluded: true },
  'a2-highgpu': { gpuIncluded: true },
  'a2-ultragpu': { gpuIncluded: true },
  'a3-highgpu': { gpuIncluded: true },
} as const;
type Family = keyof typeof MACHINES;

export type MachinePrice = { usdPerHour: number } | { missing: string };

/**
 * What an hour of a machine costs, or what the table lacks, in words. Without a machine type it is an instance of a Cloud Run job,
 * which has no spot price; with one it is a machine of Compute Engine under a Vertex AI training job, whose surcharge is a share of
 * the full price even where the machine itself is spot.
 */
export function priceOf(machine: Machine, prices: readonly Price[] = PRICES): MachinePrice {
  const parts =
    machine.machineType === null ? cloudRunParts(machine) : computeParts(machine, machine.machineType);
  if ('missing' in parts) return parts;
  const surcharge =
    machine.machineType === null ? 0 : (findPrice(prices, 'vertex.surcharge', machine.region)?.usd ?? 0);
  let usdPerHour = 0;
  for (const { sku, count, unit } of parts) {
    const price = findPrice(prices, sku, machine.region);
    if (!price) return { missing: `the price table has no ${sku} in ${machine.region}` };
    const isSpot = machine.spot && machine.machineType !== null;
    const base = isSpot ? price.spotUsd : price.usd;
    if (base === null) return { missing: `the price table has no spot price of ${sku} in ${machine.region}` };
    usdPerHour += count * perHour(unit) * (base + surcharge * price.usd);
  }
  return { usdPerHour };
}

/** USD per hour, or null for what the table lacks. */
export function usdPerHourOf(machine: Machine, prices: readonly Price[] = PRICES): number | null {
  const price = priceOf(machine, prices);
  return 'usdPerHour' in price ? price.usdPerHour : null;
}

type Unit = 'second' | 'hour';
interface Part {
  sku: Priced;
  count: number;
  unit: Unit;
}

function cloudRunParts({ cpu, memoryGb, accelerator }: Machine): Part[] | { missing: string } {
  const parts: Part[] = [
    { sku: 'cloudRun.vcpu', count: cpu, unit: 'second' },
    { sku: 'cloudRun.gib', count: memoryGb, unit: 'second' },
  ];
  if (!accelerator) return parts;
  if (accelerator.type !== 'nvidia-l4')
    return { missing: `the price table has no ${accelerator.type} on Cloud Run` };
  return [...parts, { sku: 'cloudRun.nvidia-l4', count: accelerator.count, unit: 'second' }];
}

function computeParts({ accelerator }: Machine, machineType: string): Part[] | { missing: string } {
  const [, family, size] = machineType.match(/^(\w+-[a-z]+)-(\d+)g?$/) ?? [];
  if (family === undefined || !isFamily(family))
    return {
      missing: `the price table has no machine type ${machineType}; it has ${Object.keys(MACHINES).join(', ')}`,
    };
  if (MACHINES[family].gpuIncluded && !accelerator)
    return { missing: `${machineType} comes with GPUs: say which and how many in machine.accelerator` };
  return [
    { sku: `compute.${family}`, count: Number(size), unit: 'hour' },
    ...(accelerator
      ? [{ sku: `compute.${accelerator.type}` as const, count: accelerator.count, unit: 'hour' as const }]
      : []),
  ];
}

function isFamily(text: string): text is Family {
  return Object.hasOwn(MACHINES, text);
}

function perHour(unit: Unit): number {
  switch (unit) {
    case 'second':
      return 3600;
    case 'hour':
      return 1;
    default:
      return assertNever(unit);
  }
}
