import { formatMetric, type ModelManifest, type RunView } from '@trainyard/shared';

/** Programs that read the folder, each by itself. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  'recommend.mjs': `// npm install @trainyard/recommender; node examples/recommend.mjs USER
import { readFileSync } from 'node:fs';
import { open } from '@trainyard/recommender';

const model = await open('artifacts');
const { query } = JSON.parse(readFileSync('artifacts/metadata.json', 'utf8')).input_signature;
const [user] = query.find(({ id }) => id).columns;
console.table(model.recommend({ [user.name]: process.argv[2] }, { k: 10, exclude: 'seen' }));
`,
  'tables.py': `# pip install pandas pyarrow; python examples/tables.py
import pandas as pd

print(pd.read_parquet('artifacts/items.parquet'))
print(pd.read_parquet('artifacts/users.parquet'))
`,
  'tables.sql': `-- duckdb < examples/tables.sql
SELECT * FROM 'artifacts/items.parquet' ORDER BY train_count DESC LIMIT 10;
SELECT "user", count(*) FROM 'artifacts/seen.parquet' GROUP BY ALL ORDER BY 2 DESC LIMIT 10;
`,
};

export function readmeOf(
  { name, modelId, runId, createdAt, spec, result }: RunView,
  { files }: ModelManifest,
): string {
  const metrics = Object.entries(result?.metrics ?? {}).filter(([metric]) => metric.startsWith('test_'));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `# ${name}

A ${spec.model.type} model of Trainyard: model \`${modelId}\`, run \`${runId}\`, requested at ${createdAt}.

| folder | what it has |
| --- | --- |
| \`artifacts/\` | the model: ${files.length} files of ${(bytes / 1e6).toFixed(1)} MB, listed with their digests in \`manifest.json\` |
| \`config.yaml\` | the specification, which \`trainyard start ${modelId} config.yaml\` trains again |
| \`metrics/\` | the result, the epochs and the history of the training |
| \`predictions/\` | what the model recommends or predicts, as far as the run has written it |
| \`logs/\` | the trainer's log, a JSON object a line |
| \`checkpoints/\` | where the checkpoints are |
| \`examples/\` | programs that read the model and its tables |

\`artifacts/report.html\` says how good the model is, and \`artifacts/metadata.json\` what it takes and gives.
${metrics.length === 0 ? '' : `\n| metric | value |\n| --- | --- |\n${metrics.map(([metric, value]) => `| \`${metric}\` | ${formatMetric(metric, value)} |`).join('\n')}\n`}`;
}
