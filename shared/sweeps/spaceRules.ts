/** What a space must have beyond the shape of its parameters. */
import { canonicalJson } from '../canonicalJson.js';
import { nearestName } from '../nearestName.js';
import { conditionsOf } from './conditions.js';
import { expandedKeys } from './expandedKeys.js';
import type { Parameter, Space } from './parameter.js';
import { discreteValues, stepOf } from './values.js';

interface RuleBroken {
  path: (string | number)[];
  message: string;
}

const MOST_PARAMETERS = 100;

export function brokenSpaceRules(space: Space): RuleBroken[] {
  const keys = Object.keys(space);
  if (keys.length === 0) return [{ path: [], message: 'must have a parameter' }];
  if (keys.length > MOST_PARAMETERS) {
    return [
      { path: [], message: `has ${keys.length} parameters; at most ${MOST_PARAMETERS} can be searched` },
    ];
  }
  const own = Object.entries(space).flatMap(([key, parameter]) =>
    [...brokenKey(key), ...brokenRange(parameter), ...brokenValues(parameter)].map(({ path, message }) => ({
      path: [key, ...path],
      message,
    })),
  );
  // Conditions are about values, which a broken range does not have.
  if (own.length > 0) return own;
  const twice = settingsNamedTwice(space);
  if (twice.length > 0) return twice;
  const conditions = keys.flatMap((key) => brokenConditions(space, key));
  return conditions.length > 0 ? conditions : brokenCircles(space);
}

function brokenKey(key: string): RuleBroken[] {
  const parts = expandedKeys(key).flatMap((one) => one.split('.'));
  if (!parts.every((part) => /^[^\s{},]+$/.test(part))) {
    return [
      {
        path: [],
        message:
          'a parameter is named by a key of the specification, its parts joined by dots, as training.batchSize or model.{query,candidate}.layers',
      },
    ];
  }
  const bad = parts.find((part) => ['__proto__', 'constructor', 'prototype'].includes(part));
  return bad === undefined ? [] : [{ path: [], message: `no part of a key can be "${bad}"` }];
}

/**
 * Parameters that name one setting: a trial would be trained with one of their values and written down with both. A section may be searched
 * beside a setting in it where no value of the section has that setting.
 */
function settingsNamedTwice(space: Space): RuleBroken[] {
  const named = Object.keys(space).flatMap((key) => expandedKeys(key).map((setting) => ({ key, setting })));
  return named.flatMap(({ key, setting }, i): RuleBroken[] => {
    const other = named.slice(0, i).find((before) => before.setting === setting);
    if (other) {
      const where = other.key === key ? 'twice' : `as "${other.key}" does`;
      return [{ path: [key], message: `names ${setting} ${where}: leave it out of one of them` }];
    }
    const section = named.find(
      (one) =>
        setting.startsWith(`${one.setting}.`) && gives(space[one.key], setting.slice(one.setting.length + 1)),
    );
    if (!section) return [];
    return [
      {
        path: [key],
        message: `a value of "${section.key}" has ${setting} already: leave it out of these values, or search the section alone`,
      },
    ];
  });
}

/** Whether a value of the parameter has something at this dotted key. */
function gives(parameter: Parameter | undefined, key: string): boolean {
  if (parameter?.type !== 'categorical' && parameter?.type !== 'constant') return false;
  const values: readonly unknown[] = parameter.type === 'constant' ? [parameter.value] : parameter.values;
  return values.some((value) => {
    let node: unknown = value;
    for (const part of key.split('.')) {
      if (typeof node !== 'object' || node === null || !Object.hasOwn(node, part)) return false;
      node = (node as Record<string, unknown>)[part];
    }
    return true;
  });
}

function brokenRange(parameter: Parameter): RuleBroken[] {
  if (!('min' in parameter)) return [];
  const { min, max } = parameter;
  if (min > max) return [{ path: ['min'], message: `min is ${min}, above max, ${max}: exchange them` }];
  if (!Number.isFinite(max - min))
    return [{ path: ['max'], message: 'the range is wider than numbers reach' }];
  if (parameter.type === 'logFloat' && min <= 0) {
    return [
      {
        path: ['min'],
        message: `the orders of magnitude of a logFloat begin above 0, and min is ${min}: raise it, or take a float`,
      },
    ];
  }
  if (parameter.type === 'int' && parameter.log && min < 1) {
    return [
      { path: ['min'], message: `with log, min is at least 1, and it is ${min}: raise it, or leave out log` },
    ];
  }
  if (parameter.type === 'int' && parameter.log && parameter.step !== undefined) {
    return [
      {
        path: ['step'],
        message: 'a range has log or a step, not both: list the values as a categorical instead',
      },
    ];
  }
  if ('step' in parameter && parameter.step !== undefined && max > min && parameter.step > max - min) {
    return [
      {
        path: ['step'],
        message: `a step of ${parameter.step} leaves min alone, since max is only ${max - min} above it`,
      },
    ];
  }
  return [];
}

function brokenValues(parameter: Parameter): RuleBroken[] {
  if (parameter.type !== 'categorical') return [];
  const seen = new Map<string, number>();
  return parameter.values.flatMap((value, i) => {
    const text = canonicalJson(value);
    const before = seen.get(text);
    if (before === undefined) seen.set(text, i);
    return before === undefined
      ? []
      : [
          {
            path: ['values', i],
            message: `${text} is there twice, first at ${before}: each value stands once`,
          },
        ];
  });
}

/** Conditions on parameters that are not there, or on values that those never have. */
function brokenConditions(space: Space, key: string): RuleBroken[] {
  return conditionsOf(space[key]).flatMap(({ on, values }): RuleBroken[] => {
    const path = [key, 'when', on];
    const other = Object.hasOwn(space, on) ? space[on] : undefined;
    if (!other) {
      const near = nearestName(
        on,
        Object.keys(space).filter((one) => one !== key),
      );
      return [
        {
          path,
          message: `"${on}" is no parameter of the space${near === undefined ? ': ' : `; did you mean "${near}"? Else `}add it to the space, as a constant where it is always the same`,
        },
      ];
    }
    if (on === key) return [{ path, message: 'a parameter cannot have a condition on itself' }];
    return values.flatMap((value) => {
      const why = whyNever(other, value);
      return why === undefined
        ? []
        : [{ path, message: `"${on}" is never ${JSON.stringify(value)}: ${why}` }];
    });
  });
}

/** Why a parameter never has this value; undefined where it may. */
function whyNever(parameter: Parameter, value: string | number | boolean | null): string | undefined {
  if (parameter.type === 'constant' || parameter.type === 'categorical') {
    const values = parameter.type === 'constant' ? [parameter.value] : parameter.values;
    if (values.some((own) => own === value)) return undefined;
    const shown = values.slice(0, 20).map((own) => JSON.stringify(own));
    return `it is ${shown.join(', ')}${values.length > shown.length ? ', …' : ''}`;
  }
  const values = discreteValues(parameter);
  if (values === null)
    return 'a value of a range without steps is met by chance only; take a categorical, or a step';
  if (typeof value !== 'number') return 'its values are numbers';
  const isThere = values.includes(value);
  return isThere
    ? undefined
    : `it goes from ${parameter.min} to ${parameter.max} in steps of ${stepOf(parameter) ?? 1}`;
}

/** Parameters whose conditions lead back to themselves, each circle once. */
function brokenCircles(space: Space): RuleBroken[] {
  const done = new Set<string>();
  const found: RuleBroken[] = [];
  const visit = (key: string, above: readonly string[]): void => {
    const start = above.indexOf(key);
    if (start >= 0) {
      const circle = [...above.slice(start), key];
      found.push({
        path: [key, 'when'],
        message: `the conditions go in a circle, so that none of these is ever searched: ${circle.join(' → ')}`,
      });
      return;
    }
    if (done.has(key)) return;
    for (const { on } of conditionsOf(space[key])) visit(on, [...above, key]);
    done.add(key);
  };
  for (const key of Object.keys(space)) visit(key, []);
  return found;
}
