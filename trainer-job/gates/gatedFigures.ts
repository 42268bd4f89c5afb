/** The figures that the gates of a specification ask for, each once, with all that they are compared with. */
import {
  cutText,
  isFigureOf,
  isOfRanks,
  latencyRequests,
  methodInWords,
  metricTitle,
  metricValue,
  parseMetricName,
  PRODUCTION,
  servingFigure,
  type ComparedFigure,
  type EvaluationReport,
  type Gate,
  type GatedFigure,
  type Metrics,
  type Ties,
  tiesInWords,
} from '@trainyard/shared';
import type { Findings } from '../evaluate/findings.js';
import { dataFigure, type DataEvidence } from './dataFigure.js';

type Performance = Omit<NonNullable<EvaluationReport['performance']>, 'trainingSeconds'>;

/** All that an attempt knows once its model is exported. */
export interface GateEvidence {
  findings: Pick<Findings, 'metrics' | 'methods' | 'comparisons' | 'slices' | 'leftOut'>;
  /** Of the result, by name: those of validation too. */
  metrics: Metrics;
  data: DataEvidence;
  /** Null where it could not be measured. */
  performance: Performance | null;
  /** Of the version that serves, on the same machine; null where none does or it could not be measured. */
  productionPerformance: Performance | null;
  /** Whether a version served when the run was started. */
  hasProduction: boolean;
  /** Of the rows that were looked at, in how many nothing but equal scores puts the item among the first; null where these are few. */
  ties: Ties | null;
}

export function gatedFigures(gates: readonly Gate[], evidence: GateEvidence): GatedFigure[] {
  const figures: GatedFigure[] = [];
  for (const gate of gates) {
    if (figures.some((figure) => isFigureOf(figure, gate))) continue;
    const against = new Set(
      gates
        .filter((other) =>
          isFigureOf({ ...gate, slice: gate.slice ?? null, column: gate.column ?? null }, other),
        )
        .flatMap(({ aboveBaseline, aboveProduction }) => [
          ...(aboveBaseline === undefined ? [] : [aboveBaseline]),
          ...(aboveProduction ? [PRODUCTION] : []),
        ]),
    );
    const others = [...against].map((name) => comparedWith(gate, name, evidence));
    figures.push({
      metric: gate.metric,
      slice: gate.slice ?? null,
      column: gate.column ?? null,
      ...valueOf(gate, evidence),
      others,
    });
  }
  return figures;
}

type Value = Pick<GatedFigure, 'value' | 'interval' | 'why' | 'worstColumn' | 'requests'>;

const valued = (value: number, interval: Value['interval'] = null): Value =>
  Number.isFinite(value) ? { value, interval, why: null } : missing('it is not a finite number');

function missing(why: string): Value {
  return { value: null, interval: null, why: cutText(why, 300) };
}

function valueOf(gate: Gate, evidence: GateEvidence): Value {
  const { metric, slice, column } = gate;
  if (evidence.ties && isOfRanks(metric)) return missing(refusalOf(evidence.ties));
  const split = parseMetricName(metric)?.split;
  if (slice) return sliceValue(gate, slice, evidence.findings);
  if (split === 'data') {
    const found = dataFigure(metric, column, evidence.data);
    if (typeof found === 'string') return missing(found);
    return {
      ...valued(found.value),
      ...(column === undefined && { worstColumn: cutText(found.column, 200) }),
    };
  }
  if (split === 'serving') {
    const { performance } = evidence;
    const found = performance && servingFigure(metric, performance);
    if (performance && typeof found === 'number') {
      const requests = latencyRequests(metric, performance);
      return { ...valued(found), ...(requests !== undefined && { requests }) };
    }
    return missing(whyLeftOut(evidence.findings, 'latency') ?? 'serving was not measured');
  }
  const measured = evidence.findings.metrics.find(({ name }) => name === metric);
  if (measured) return valued(measured.value, measured.interval);
  const value = metricValue(evidence.metrics, metric);
  return value === undefined ? missing('the result has no such metric') : valued(value);
}

/** A model that scores all items alike has the best ranks that there are, which would pass any gate. */
function refusalOf(ties: Ties): string {
  return `${tiesInWords(ties)}: set the activation of the last layer of both towers to "linear", lower the learning rate or train longer`;
}

/** New users are one slice, whatever it is called. */
function sliceOf({ by, value }: NonNullable<Gate['slice']>, { slices }: Pick<Findings, 'slices'>) {
  const own = slices.filter((one) => one.by === by);
  return (
    own.find((one) => one.value === value || one.alias === value) ??
    (by === NEW_USERS && own.length === 1 ? own[0] : undefined)
  );
}

const NEW_USERS = 'newUsers';

function sliceValue(
  { metric }: Gate,
  asked: NonNullable<Gate['slice']>,
  { slices, leftOut }: GateEvidence['findings'],
): Value {
  const { by, value } = asked;
  const slice = sliceOf(asked, { slices });
  if (slice) {
    const measured = slice.metrics.find(({ name }) => name === metric);
    if (measured) return valued(measured.value, measured.interval);
    const names = slice.metrics.map(({ name }) => name).join(', ');
    return missing(`of the slice there is ${names === '' ? 'no metric' : `only ${names}`}`);
  }
  const values = slices.filter((one) => one.by === by).map((one) => one.value);
  if (values.length > 0) return missing(`no slice by ${by} has the value ${value}: ${thereIs(values)}`);
  const why =
    by === NEW_USERS
      ? 'no test row is of a user that train does not have'
      : leftOut.find(({ what }) => what === `slices by ${by}`)?.why;
  return missing(`nothing was measured by ${by}${why === undefined ? '' : `: ${why}`}`);
}

const MOST_VALUES = 10;
const IN_ORDER = new Intl.Collator('en', { numeric: true });

/** In their order, in which numbers are such: those with a comma between thousands too. */
function thereIs(values: readonly string[]): string {
  const key = (value: string) => value.replaceAll(',', '');
  const ordered = values.toSorted((a, b) => IN_ORDER.compare(key(a), key(b)));
  const more = values.length - MOST_VALUES;
  const listed = ordered.slice(0, MOST_VALUES).join(', ');
  return `there ${values.length === 1 ? 'is' : 'are'} ${listed}${more > 0 ? ` and ${more} more` : ''}`;
}

function comparedWith({ metric, slice }: Gate, against: string, evidence: GateEvidence): ComparedFigure {
  const { findings, hasProduction, productionPerformance } = evidence;
  const none = {
    against,
    exists: true,
    value: null,
    differenceInterval: null,
    changeInterval: null,
    why: null,
  };
  if (against === PRODUCTION && !hasProduction) return { ...none, exists: false };
  if (against === PRODUCTION && parseMetricName(metric)?.split === 'serving') {
    const found = productionPerformance && servingFigure(metric, productionPerformance);
    if (typeof found === 'number') return { ...none, value: found };
    return { ...none, why: 'what serving the version in production takes was not measured' };
  }
  const comparisons = slice ? (sliceOf(slice, findings)?.comparisons ?? []) : findings.comparisons;
  const compared = comparisons.find((one) => one.against === against && one.metric === metric);
  if (compared) {
    const { other: value, differenceInterval, changeInterval } = compared;
    return { ...none, value, differenceInterval, changeInterval };
  }
  const method = findings.methods.find(({ name }) => name === against);
  const value = slice ? undefined : method?.metrics.find(({ name }) => name === metric)?.value;
  if (value !== undefined) return { ...none, value };
  const why = method
    ? `${methodInWords(against)} has no ${metricTitle(metric)}${slice ? ' of the slice' : ''}`
    : (whyLeftOut(findings, against) ?? `${methodInWords(against)} was not measured`);
  return { ...none, why: cutText(why, 300) };
}

/** What is said of it among the things that were not measured. */
function whyLeftOut({ leftOut }: Pick<Findings, 'leftOut'>, name: string): string | undefined {
  return leftOut.find(({ what }) => what.split(/[^\w-]+/).includes(name))?.why;
}
