import { cutText } from '../cutText.js';
import { flattened } from '../spec/flattened.js';
import type { TrainingSpec } from '../spec/trainingSpec.js';
import type { RunIntent } from './identity.js';

/** So many of the differences stand in a title; the others are counted. */
const MOST_DIFFERENCES = 3;

/** Where a run is done, and what somebody calls it, make no other model of it. */
const INCIDENTAL = /^(?:compute|tags|outputs)\./;

/**
 * The title of a run that was given none: its intent and the settings that `base` has otherwise, each by the last part of its dotted
 * key, as in `ablation-learningRate-0.01`. Without either, the type of its model.
 */
export function runTitle(
  intent: RunIntent | null,
  spec: TrainingSpec,
  base: TrainingSpec | undefined,
): string {
  const differences = base ? differingSettings(spec, base) : [];
  const shown = differences.slice(0, MOST_DIFFERENCES).map(([key, value]) => `${lastPart(key)}-${value}`);
  const rest = differences.length - shown.length;
  const parts = [...(intent ? [intent] : []), ...shown, ...(rest > 0 ? [`${rest}-more`] : [])];
  return cutText(parts.join('-') || spec.model.type, 200);
}

/** `[dotted key, value]` of each setting that is not as in `base`; of lists, each entry is a setting. */
function differingSettings(spec: TrainingSpec, base: TrainingSpec): [string, string][] {
  const before = flattened(base);
  return Object.entries(flattened(spec)).flatMap(([key, value]): [string, string][] =>
    INCIDENTAL.test(key) || before[key] === value ? [] : [[key, String(value)]],
  );
}

function lastPart(key: string): string {
  const parts = key.split('.');
  // The number of an entry says nothing alone.
  const at = parts.findLastIndex((part) => !/^\d+$/.test(part));
  return parts.slice(Math.max(0, at)).join('-');
}
