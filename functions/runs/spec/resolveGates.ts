/** Gate sets and other runs that the gates of a specification name, as they are when a run of it is started. */
import {
  BUILT_IN_GATE_SETS,
  gatesWithSet,
  isFigureOf,
  metricValue,
  paths,
  runName,
  servingFigure,
  type Evaluation,
  type Gate,
  type ModelDocument,
  type Run,
} from '@trainyard/shared';
import { DomainError } from '../../errors/domainError.js';
import type { DocumentReader } from '../../ports/documentStore/documentStore.js';
import { parseRun } from '../repository.js';

/** What gates are resolved by. */
export type GatedModel = Pick<ModelDocument, 'modelId' | 'teams' | 'gateSets'>;

/** The gates with those of the set, and with the values of the runs that they compare with. */
export async function resolveGates(
  from: DocumentReader,
  evaluation: Evaluation,
  model: GatedModel,
): Promise<Gate[]> {
  const gates = gatesWithSet(evaluation, model.gateSets);
  if (!gates) throw unknownSet(evaluation.gateSet ?? '', model);
  return Promise.all(gates.map((gate, i) => withRun(from, gate, i, model)));
}

function unknownSet(name: string, { modelId, gateSets }: GatedModel): DomainError {
  const own = Object.keys(gateSets);
  const detail =
    `There is no gate set "${name}": ${modelId} has ${own.length === 0 ? 'none of its own' : own.join(', ')}, ` +
    `and built in are ${Object.keys(BUILT_IN_GATE_SETS).join(', ')}.`;
  return refused('/spec/evaluation/gateSet', detail);
}

async function withRun(from: DocumentReader, gate: Gate, i: number, model: GatedModel): Promise<Gate> {
  const { aboveRun } = gate;
  if (typeof aboveRun !== 'string') return gate;
  const pointer = `/spec/evaluation/gates/${i}/aboveRun`;
  const document = await from.get(paths.run(aboveRun));
  const run = document && parseRun(document);
  if (!run || !isSharedWith(run, model))
    throw refused(
      pointer,
      `There is no run ${aboveRun} that the gates of ${model.modelId} can be compared with.`,
    );
  const value = valueOf(run, gate);
  if (value !== undefined) return { ...gate, aboveRun: { run: runName(run), value } };
  throw refused(
    pointer,
    run.result
      ? `${runName(run)} has no ${gate.metric}${gate.slice || gate.column ? ' of the same rows or column' : ''} to compare with: its result has ${namesOf(run)}.`
      : `${runName(run)} is ${run.status}: gates compare with completed runs.`,
  );
}

/** Whoever sees the model sees the run as well: a gate must not tell of what is hidden. */
function isSharedWith(run: Run, { modelId, teams }: GatedModel): boolean {
  return (
    run.modelId === modelId || run.teams.includes('*') || teams.every((team) => run.teams.includes(team))
  );
}

/** The figure of the other run that is the same as the gate's. */
function valueOf({ result }: Run, gate: Gate): number | undefined {
  if (!result) return undefined;
  const figure = result.figures?.find((one) => isFigureOf(one, gate));
  if (figure && figure.value !== null) return figure.value;
  if (gate.slice || gate.column !== undefined) return undefined;
  return (
    metricValue(result.metrics, gate.metric) ??
    (result.performance && servingFigure(gate.metric, result.performance))
  );
}

function namesOf({ result }: Run): string {
  return (
    Object.keys(result?.metrics ?? {})
      .slice(0, 20)
      .join(', ') || 'no metric'
  );
}

function refused(pointer: string, detail: string): DomainError {
  return new DomainError('invalid-request', detail, { errors: [{ pointer, detail }] });
}
