/** Trials are compared by one split of the same rows: what changes the rows, or how they are measured, is nothing to search. */
import { countOf, type Space } from '@trainyard/shared';
import { jsonPointer } from '@trainyard/shared/http/jsonPointer';
import { expandedKeys } from '@trainyard/shared/sweeps/expandedKeys';
import { DomainError } from '../errors/domainError.js';

const MEASURED_BY: Readonly<Record<string, string>> = {
  dataset: 'changes which rows trials are trained and validated on',
  evaluation: 'changes how trials are measured',
};

/** Throws where a parameter of the space, or one that somebody names for a trial, makes values of trials that cannot be compared. */
export function requireComparable(keys: readonly string[], sent: string): void {
  const errors = keys.flatMap((key) => {
    const section = expandedKeys(key)
      .map((one) => one.split('.')[0] ?? '')
      .find((name) => Object.hasOwn(MEASURED_BY, name));
    if (section === undefined) return [];
    const detail = `${key} ${MEASURED_BY[section]}, so that their values cannot be compared`;
    return [{ pointer: jsonPointer([sent, key]), detail }];
  });
  const [first] = errors;
  if (!first) return;
  const remedy =
    'Leave it out: the specification of the sweep, or a constant of its space, says it for all trials; runs of other rows are compared by trainyard compare';
  throw new DomainError('invalid-request', `${first.detail}. ${remedy}.`, { errors });
}

/** The parameters that had a choice. */
export function searchedKeys(space: Space): string[] {
  return Object.entries(space).flatMap(([key, parameter]) => (countOf(parameter) === 1 ? [] : [key]));
}
