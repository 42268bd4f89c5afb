import { assertNever, PER_SECOND, type Expectation, whole } from '@trainyard/shared';
import type { ColumnDrift, Finding } from '@trainyard/shared/profile/validation';
import { lastingColumns } from '../drift/lastingColumns.js';
import { noColumns } from '../../ingest/columnNames.js';
import { basicType, isWhole } from '../profile/columnSql.js';
import type { ColumnProfile, Profile } from '@trainyard/shared/profile/profile';
import { schemaChanges, schemaOf } from '../schema.js';
import { finding, verdict } from './finding.js';
import type { RowExpectation } from './rowChecks.js';
import { figure, percent, quoted } from './words.js';

export type ProfileExpectation = Exclude<Expectation, RowExpectation>;

/** What the data is judged by. */
export interface Evidence {
  profile: Profile;
  reference: { profile: Profile; drifts: readonly ColumnDrift[] } | null;
  /** Why there is no reference, or where it comes from. */
  referenceNote: string;
  now: Date;
}

/** What the profile, the reference and the clock say: nothing here reads a row. */
export function judgeByProfile(evidence: Evidence, expectation: ProfileExpectation): Finding[] {
  const { profile, reference } = evidence;
  switch (expectation.expect) {
    case 'columns':
      return [columns(profile, expectation)];
    case 'type':
      return [onColumn(profile, expectation, (column) => type(column, expectation))];
    case 'nulls':
      return [onColumn(profile, expectation, (column) => nulls(column, expectation, profile.rows))];
    case 'rows':
      return [rows(profile.rows, expectation)];
    case 'freshness':
      return [onColumn(profile, expectation, (column) => freshness(column, expectation, evidence.now))];
    case 'volume':
    case 'psi':
    case 'kl':
    case 'ks':
    case 'sameSchema':
      if (!reference) return [finding(expectation, 'notChecked', evidence.referenceNote)];
      if (expectation.expect === 'volume') return [volume(profile.rows, reference.profile.rows, expectation)];
      if (expectation.expect === 'sameSchema') return sameSchema(profile, reference.profile, expectation);
      return drift(profile, reference.drifts, expectation);
    default:
      return assertNever(expectation);
  }
}

type Of<K extends Expectation['expect']> = Extract<Expectation, { expect: K }>;

function onColumn(
  profile: Profile,
  expectation: Extract<ProfileExpectation, { column: string }>,
  judge: (column: ColumnProfile) => Finding,
): Finding {
  const column = profile.columns.find(({ name }) => name === expectation.column);
  return column ? judge(column) : verdict(expectation, false, lacking(profile, expectation.column));
}

function lacking(profile: Profile, column: string): string {
  return noColumns(
    [column],
    profile.columns.map(({ name }) => name),
  );
}

function columns(profile: Profile, expectation: Of<'columns'>): Finding {
  const found = profile.columns.map(({ name }) => name);
  const missing = expectation.columns.filter((name) => !found.includes(name));
  const others = found.filter((name) => !expectation.columns.includes(name));
  const faults = [
    ...(missing.length > 0 ? [`there is no column ${quoted(missing)}`] : []),
    ...(others.length > 0 && expectation.match !== 'atLeast'
      ? [`column ${quoted(others)} is not expected`]
      : []),
  ];
  if (faults.length > 0) return verdict(expectation, false, faults.join(', and '));
  const inOrder = expectation.columns.every((name, i) => found[i] === name);
  if (expectation.match === 'inOrder' && !inOrder)
    return verdict(expectation, false, `the columns are in the order ${quoted(found)}`);
  return verdict(expectation, true, 'the columns are as expected');
}

function type({ name, type: found }: ColumnProfile, expectation: Of<'type'>): Finding {
  const basic = basicType(found);
  const is = basic === 'number' && isWhole(found) ? 'integer' : basic;
  const holds = is === expectation.type || (expectation.type === 'number' && is === 'integer');
  return verdict(expectation, holds, `column "${name}" is of type ${found}; allowed is ${expectation.type}`);
}

function nulls(
  { name, nulls: count, nullShare }: ColumnProfile,
  expectation: Of<'nulls'>,
  total: number,
): Finding {
  const message = `column "${name}" is null in ${whole(count)} of ${whole(total)} rows (${percent(nullShare)}); allowed is ${percent(expectation.atMost)}`;
  return { ...verdict(expectation, nullShare <= expectation.atMost, message), count, total };
}

function rows(found: number, expectation: Of<'rows'>): Finding {
  const { atLeast = 0, atMost = Infinity } = expectation;
  const allowed = [
    expectation.atLeast === undefined ? '' : `at least ${whole(atLeast)}`,
    expectation.atMost === undefined ? '' : `at most ${whole(atMost)}`,
  ].filter((text) => text !== '');
  const message = `there are ${whole(found)} rows; expected are ${allowed.join(' and ')}`;
  return verdict(expectation, found >= atLeast && found <= atMost, message);
}

const HOUR = 3_600_000;

function freshness(column: ColumnProfile, expectation: Of<'freshness'>, now: Date): Finding {
  const { name, measured, timeUnit } = column;
  const isNumber = basicType(column.type) === 'number';
  if (basicType(column.type) !== 'time' && !(isNumber && timeUnit !== undefined))
    return verdict(
      expectation,
      false,
      `column "${name}" is of type ${column.type}, which is no time: cast it to "timestamp", or name the unit of its numbers in dataset.columns`,
    );
  if (!measured) return verdict(expectation, false, `column "${name}" has no time at all`);
  const at = expectation.at === undefined ? now : new Date(expectation.at);
  const newest = isNumber && timeUnit !== undefined ? measured.max / PER_SECOND[timeUnit] : measured.max;
  const age = (at.getTime() - newest * 1000) / HOUR;
  const message = `the newest time of column "${name}", ${new Date(newest * 1000).toISOString()}, is ${figure(age)} hours old at ${at.toISOString()}; allowed are ${figure(expectation.maxAgeHours)}`;
  return verdict(expectation, age <= expectation.maxAgeHours, message);
}

function volume(found: number, before: number, expectation: Of<'volume'>): Finding {
  const { atLeast, atMost } = expectation;
  const ratio = found / Math.max(1, before);
  const message = `there are ${whole(found)} rows, ${figure(ratio)} times the ${whole(before)} of the reference; allowed is ${atLeast} to ${atMost} times`;
  return verdict(expectation, ratio >= atLeast && ratio <= atMost, message);
}

function sameSchema(profile: Profile, reference: Profile, expectation: Of<'sameSchema'>): Finding[] {
  const changes = schemaChanges(schemaOf(reference), schemaOf(profile));
  if (changes.length === 0) return [verdict(expectation, true, 'the schema is that of the reference')];
  return changes.map(({ message }) => verdict(expectation, false, message));
}

function drift(
  profile: Profile,
  drifts: readonly ColumnDrift[],
  expectation: Of<'psi' | 'kl' | 'ks'>,
): Finding[] {
  const comparable = drifts.filter(({ ks }) => expectation.expect !== 'ks' || ks !== null);
  const asked =
    expectation.columns ??
    lastingColumns(profile).filter((name) => comparable.some(({ column }) => column === name));
  const findings = asked.map((name) => driftOf(name, profile, drifts, expectation));
  const broken = findings.filter(({ outcome }) => outcome !== 'met');
  if (broken.length > 0) return broken;
  return [verdict(expectation, true, `${findings.length} columns are distributed as in the reference`)];
}

function driftOf(
  name: string,
  profile: Profile,
  drifts: readonly ColumnDrift[],
  expectation: Of<'psi' | 'kl' | 'ks'>,
): Finding {
  const found = drifts.find(({ column }) => column === name);
  if (!found) {
    return profile.columns.some((column) => column.name === name)
      ? finding(
          expectation,
          'notChecked',
          `column "${name}" has no values here or in the reference to compare`,
        )
      : verdict(expectation, false, lacking(profile, name));
  }
  if (expectation.expect === 'ks') {
    const { ks } = found;
    if (!ks)
      return finding(
        expectation,
        'notChecked',
        `column "${name}" has no order that Kolmogorov and Smirnov's test needs`,
      );
    const message = `column "${name}" has drifted from the reference: KS statistic ${figure(ks.statistic)}, p-value ${figure(ks.pValue)}; allowed is a p-value above ${expectation.pAbove}`;
    return verdict(expectation, ks.pValue > expectation.pAbove, message);
  }
  const value = found[expectation.expect];
  const what = { psi: 'PSI', kl: 'KL divergence' }[expectation.expect];
  const message = `column "${name}" has drifted from the reference: ${what} ${figure(value)}; allowed is ${expectation.atMost}`;
  return verdict(expectation, value <= expectation.atMost, message);
}
