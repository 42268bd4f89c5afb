/** `MODEL_CARD.md`: what the model is, for whom, and where it ends (Mitchell et al., Model Cards for Model Reporting, 2019). */
import {
  type EvaluationReport,
  formatMetric,
  gateReason,
  isOfRanks,
  methodTitle,
  metricTitle,
  whole,
} from '@trainyard/shared';
import { bounds, cut, duration, minute, percent, size } from '@trainyard/shared/page/words';
import { layersInWords, predictedRows } from '../words.js';

const MOST_SLICES = 5;

const TASKS: Readonly<Record<EvaluationReport['modelType'], string>> = {
  retrieval: 'It finds, for a user, the items of a catalogue that the user is most likely to take next.',
  ranking:
    'It predicts what a user would make of an item, such as a rating or the probability of a purchase.',
  hybrid:
    'It finds the items that a user is most likely to take next, and predicts what the user would make of each.',
};

export function modelCard(report: EvaluationReport): string {
  const parts: [string, string[]][] = [
    ['Model details', details(report)],
    ['Intended use', intendedUse(report)],
    ['Architecture', architecture(report)],
    ['Training data', trainingData(report)],
    ['Evaluation', evaluation(report)],
    ['Limitations', limitations(report)],
    ['Ethical considerations', ethics(report)],
    ['Caveats', caveats(report)],
    ['Maintenance', maintenance(report)],
  ];
  const { modelVersion } = report.run;
  return `# ${text(modelVersion)}\n\n**${text(report.verdict.sentence)}**\n\n${parts
    .map(([title, lines]) => `## ${title}\n\n${lines.join('\n')}\n`)
    .join('\n')}`;
}

/** Data within Markdown: nothing of it makes markup, or another line. */
function text(value: string): string {
  return value
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_{}[\]<>#|~!]/g, (sign) => `\\${sign}`)
    .trim();
}

const line = (name: string, value: string) => `- ${name}: ${text(value)}`;

function details({ run, modelType, training, provenance }: EvaluationReport): string[] {
  return [
    line('version', run.modelVersion),
    line('run', run.runId),
    line('made', minute(run.evaluatedAt)),
    line('type', modelType),
    line('epochs', `${training.epochsTrained}`),
    ...(provenance?.author ? [line('author', provenance.author)] : []),
    ...(provenance?.intent ? [line('intent', provenance.intent)] : []),
    ...(provenance?.environment.code.gitCommit
      ? [line('commit of the trainer', provenance.environment.code.gitCommit)]
      : []),
    ...(provenance?.environment.backend ? [line('backend', provenance.environment.backend.name)] : []),
  ];
}

function intendedUse({ modelType, measured }: EvaluationReport): string[] {
  return [
    TASKS[modelType],
    '',
    `It is meant for users and items as those of its data: ${whole(measured.items)} items that training has seen. Items that are new since need another training.`,
  ];
}

function architecture({ model, modelType }: EvaluationReport): string[] {
  const tower = ({ features, layers, parameters }: EvaluationReport['model']['query']) =>
    `${features.map(({ name, transform, width }) => `${cut(name)} (${transform}, ${width} wide)`).join(', ')}; ${layersInWords(layers)}, ${whole(parameters)} trainable numbers`;
  return [
    `Two towers whose outputs are compared (${text(model.similarity)})${modelType === 'retrieval' ? '' : ', and a head that predicts'}; ${whole(model.parameters)} trainable numbers in all.`,
    '',
    line('users are seen by', tower(model.query)),
    line('items are seen by', tower(model.candidate)),
    line('width of the vectors', `${model.width}`),
  ];
}

function trainingData({ data }: EvaluationReport): string[] {
  const { train, validation, test } = data.rows;
  return [
    line('source', data.source),
    line('fingerprint', data.fingerprint),
    ...(data.snapshot === null ? [] : [line('read as of', data.snapshot)]),
    line('rows', `${whole(data.rowsKept)} of ${whole(data.rowsRead)} that were read`),
    line('splits', `train ${whole(train)}, validation ${whole(validation)}, test ${whole(test)}`),
    line('items', whole(data.items)),
    line(
      'expectations',
      data.passed ? 'all of severity error are met' : 'some of severity error are violated',
    ),
  ];
}

function evaluation(report: EvaluationReport): string[] {
  const { measured, metrics, methods } = report;
  const predicted = predictedRows(report);
  const shown = metrics.map(({ name, value, interval }) => {
    const others = methods.map(({ metrics: of }) => {
      const found = of.find((metric) => metric.name === name);
      return formatMetric(name, found?.value);
    });
    const own = `${formatMetric(name, value)}${interval ? ` (95 %: ${bounds(name, interval)})` : ''}`;
    return `| ${[metricTitle(name, 'test'), own, ...others].map(text).join(' | ')} |`;
  });
  const head = ['metric', 'this model', ...methods.map(({ name }) => methodTitle(name))].map(text);
  return [
    `Measured on ${whole(measured.rows)} of ${whole(measured.rowsOfSplit)} test rows, of ${whole(measured.users)} users: ${text(measured.how)}.`,
    ...(predicted === null ? [] : [`Predictions of the target are measured on ${whole(predicted)} rows.`]),
    '',
    `| ${head.join(' | ')} |`,
    `| ${head.map((_name, i) => (i === 0 ? '---' : '---:')).join(' | ')} |`,
    ...shown,
  ];
}

function limitations(report: EvaluationReport): string[] {
  const { slices, primaryMetric, leftOut, measured } = report;
  const worse = slices.filter(({ isWorse }) => isWorse).slice(0, MOST_SLICES);
  // Of few users none may have a hit by chance, which their interval says: the figure itself is told all the same.
  const without = slices
    .filter(
      ({ isWorse, metrics: [first] }) =>
        !isWorse && first?.interval && first.value === 0 && isOfRanks(first.name),
    )
    .slice(0, MOST_SLICES);
  const unmeasured = measured.rowsOfSplit - measured.rows;
  return [
    ...(unmeasured > 0
      ? [
          `- ${whole(unmeasured)} of ${whole(measured.rowsOfSplit)} test rows (${percent(unmeasured / measured.rowsOfSplit)}) do not count${predictedRows(report) === null ? '' : ' in lists'}: nothing is said of them here.`,
        ]
      : []),
    ...worse.map(({ by, value, rows, metrics }) => {
      const found = metrics.find(({ name }) => name === primaryMetric);
      const figure = found
        ? `: ${metricTitle(found.name, 'test')} is ${formatMetric(found.name, found.value)}`
        : '';
      return `- It is worse for ${text(`${by}: ${cut(value)}`)} (${whole(rows)} rows)${figure}.`;
    }),
    ...without.map(
      ({ by, value, rows, metrics: [first] }) =>
        `- It finds nothing for ${text(`${by}: ${cut(value)}`)} (${whole(rows)} rows): ${first ? metricTitle(first.name, 'test') : 'its figure'} is 0.`,
    ),
    ...leftOut.map(({ what, why }) => `- Left out: ${text(what)}, since ${text(why)}.`),
    ...(worse.length === 0
      ? ['- No group of users or items was found that it is worse for with the whole of its interval.']
      : []),
  ];
}

function ethics({ model }: EvaluationReport): string[] {
  const features = [...model.query.features].map(({ name }) => cut(name));
  return [
    `It learns from what people did: whatever was shown to them before shapes what it recommends. Of users it sees ${text(features.join(', '))}: whoever serves it answers for whether these may be used, and looks at how good it is for whom in \`report.html\`.`,
  ];
}

function caveats({ warnings, data, gates }: EvaluationReport): string[] {
  const missed = gates.filter(({ passed }) => !passed);
  const said = [
    ...warnings.map(({ message }) => `- ${text(message)}`),
    ...data.notes.map((note) => `- ${text(note)}`),
    ...missed.map((gate) => `- ${text(gateReason(gate))}.`.replace('- the', '- The')),
  ];
  return said.length === 0 ? ['Nothing was found that makes the figures doubtful.'] : said;
}

function maintenance({ training, performance, run }: EvaluationReport): string[] {
  const seconds = Object.values(training.stageSeconds).reduce((sum, one) => sum + one, 0);
  return [
    `- Trained anew by the same specification, which \`evaluation.json\` has, its stages took ${duration(seconds)} together.`,
    ...(performance
      ? [
          `- What a server of it reads, towers and vectors without the other formats and tables, takes ${size(performance.modelBytes)}.`,
        ]
      : []),
    `- What it is like by now is measured by a new run of ${run.modelId === null ? 'the model' : text(run.modelId)}; figures of a test split age with their data.`,
  ];
}
