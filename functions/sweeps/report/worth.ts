/** What a finalized sweep was worth, on rows that no trial was chosen by: beside what was before it, and beside other seeds. */
import {
  digestOf,
  formatMetric,
  isTerminal,
  leadingMetric,
  measuredModel,
  metricTitle,
  metricValue,
  nameOf,
  parseMetricName,
  resultVerdict,
  type ComparedMetric,
  type FinalRun,
  type MetricSensitivity,
  type RepeatsView,
  type RunComparison,
  type RunView,
} from '@trainyard/shared';

/** The retrained trial, and what stands beside it as far as that is there. */
export interface Worth {
  final: FinalRun;
  run: RunView;
  baseline: RunView | null;
  repeats: RepeatsView;
  /** Of the baseline and the run, once both are completed. */
  comparison: RunComparison | null;
}

/** Whether nothing that belongs to it is still to come. */
export function isWhole({ run, baseline, repeats }: Worth): boolean {
  const { count, ended, refusal, repetitions } = repeats;
  const areRepeated = refusal === null ? ended >= count : ended === repetitions.length;
  return isTerminal(run.status) && (baseline === null || isTerminal(baseline.status)) && areRepeated;
}

/** Whether the search was worth it, by what it searched for and by what says most of such a model; where nobody can tell, why. */
export function verdictOf(worth: Worth): string {
  const { run, baseline, comparison, repeats } = worth;
  const leading = leadingMetric(measuredModel(run.spec), 'test');
  const why = nothingToTell(worth, leading);
  if (why !== undefined) return `What the search was worth is not known: ${why}.`;
  if (baseline && digestOf(run.spec) === digestOf(baseline.spec))
    return 'The trial is what the sweep began with, trained once more: there is no difference to tell of.';
  const objective = run.inSweep && testTwin(run.inSweep.metric);
  const judged = [objective ?? undefined, leading].filter(
    (name) => name === leading || isMeasured(run.result, name),
  );
  return [...new Set(judged)]
    .map((wanted) =>
      verdictWords(
        comparison?.metrics.find(({ name }) => name === wanted),
        repeats.sensitivity?.metrics.find(({ metric }) => metric === wanted),
      ),
    )
    .join(' ');
}

/** The metric that trials were compared by, on the rows that none was chosen by; undefined where the test split has none. */
function testTwin(objective: string): string | undefined {
  const parsed = parseMetricName(objective);
  return parsed?.family.splits.includes('test') ? nameOf({ ...parsed, split: 'test' }) : undefined;
}

function nothingToTell({ run, baseline }: Worth, leading: string | undefined): string | undefined {
  if (run.status !== 'completed') return `${run.name}, which retrains it, is ${run.status}`;
  if (baseline === null)
    return 'what was before it was not trained beside it, which finalize does unless it is told not to (baseline)';
  if (baseline.status !== 'completed')
    return `${baseline.name}, which is what was before it, is ${baseline.status}`;
  const without = [run, baseline].find(({ result }) => !isMeasured(result, leading));
  if (!without) return undefined;
  const title = leading === undefined ? 'metric of the test split' : metricTitle(leading, 'test');
  const verdict = without.result && resultVerdict(without, without.result);
  const said = verdict?.decision === 'unsure' ? `. ${verdict.sentence.replace(/\.$/, '')}` : '';
  return `the result of ${without.name} has no ${title}, by which such models are compared${said}`;
}

function isMeasured(result: RunView['result'], leading: string | undefined): boolean {
  return leading !== undefined && metricValue(result?.metrics ?? {}, leading) !== undefined;
}

/** Student's t of 95 %, two-sided, by the degrees of freedom from 1; 2 beyond. */
const T = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26];

/** Whether the search was worth it, by one metric. */
export function verdictWords(
  metric: ComparedMetric | undefined,
  spread: MetricSensitivity | undefined,
): string {
  const [before = null, after = null] = metric?.values ?? [];
  if (!metric || before === null || after === null)
    return 'What the search was worth is not known: the comparison lacks the metric by which such models are compared.';
  if (metric.better === null)
    return `What the search was worth is not known: of ${metric.title} neither more nor less is better.`;
  const tuned = spread?.mean ?? after;
  const gain = metric.better === 'higher' ? tuned - before : before - tuned;
  const share = before === 0 ? '' : ` (${percent(Math.abs(gain / before))})`;
  const said = `${metric.title}${spread ? `, the mean of ${spread.values} seeds,` : ''} is ${formatMetric(metric.name, Math.abs(gain))}${share} ${gain < 0 ? 'worse' : 'better'} than before the sweep`;
  if (!spread) return `${said}; how much of that is chance, repetitions tell.`;
  const { values, std } = spread;
  // What was before is of one seed, which varies as much.
  const chance = (T[values - 2] ?? 2) * std * Math.sqrt(1 + 1 / values);
  return Math.abs(gain) > chance
    ? `${said}: more than ${formatMetric(metric.name, chance)}, which seeds alone may make (95 %).`
    : `${said}, and seeds alone may make ${formatMetric(metric.name, chance)} (95 %): take it for chance.`;
}

const percent = (share: number) => `${Number((share * 100).toPrecision(2))} %`;
