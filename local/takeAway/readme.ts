import { formatMetric, type ModelManifest, type RunView } from '@trainyard/shared';
import type { TakenCheckpoints } from './checkpoints.js';

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Programs that read the folder, each by itself. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  'recommend.mjs': `// The package is made in a checkout of Trainyard: "npm run package:recommender" there names the folder to "npm install".
// node examples/recommend.mjs USER
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { open } from '@trainyard/recommender';

const folder = fileURLToPath(new URL('../artifacts', import.meta.url));
const model = await open(folder);
const { query } = JSON.parse(readFileSync(\`\${folder}/metadata.json\`, 'utf8')).input_signature;
const [user] = query.find(({ id }) => id).columns;
const [id] = process.argv.slice(2);
if (id === undefined) {
  console.error(\`Usage: node examples/recommend.mjs USER, a value of \${user.name}; examples/tables.py shows some\`);
  process.exit(2);
}
console.table(model.recommend({ [user.name]: id }, { k: 10, exclude: 'seen' }));
`,
  'tables.py': `# pip install pandas pyarrow; python examples/tables.py
from pathlib import Path

import pandas as pd

folder = Path(__file__).resolve().parent.parent / 'artifacts'
print(pd.read_parquet(folder / 'items.parquet'))
print(pd.read_parquet(folder / 'users.parquet'))
`,
  'tables.sql': `-- In the folder of README.md: duckdb < examples/tables.sql
SELECT * FROM 'artifacts/items.parquet' ORDER BY train_count DESC LIMIT 10;
SELECT "user", count(*) FROM 'artifacts/seen.parquet' GROUP BY ALL ORDER BY 2 DESC LIMIT 10;
`,
};

export function readmeOf(
  { name, modelId, runId, createdAt, spec, result }: RunView,
  { files }: ModelManifest,
  checkpoints: TakenCheckpoints,
): string {
  const metrics = Object.entries(result?.metrics ?? {}).filter(([metric]) => metric.startsWith('test_'));
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `# ${name}

A ${spec.model.type} model of Trainyard: model \`${modelId}\`, run \`${runId}\`, requested at ${createdAt}.

| folder | what it has |
| --- | --- |
| \`artifacts/\` | the model: ${files.length} files of ${megabytes(bytes)}, listed with their digests in \`manifest.json\` |
| \`config.yaml\` | the specification, which \`trainyard start --model ${modelId} --spec config.yaml\` trains again |
| \`metrics/\` | the result, the epochs and the history of the training |
| \`predictions/\` | what the model recommends or predicts, as far as the run has written it |
| \`logs/\` | the trainer's log, a JSON object a line |
| \`checkpoints/\` | ${checkpoints.leftOut === null ? `the checkpoints: ${checkpoints.files} files of ${megabytes(checkpoints.bytes)}` : `is empty: ${checkpoints.leftOut}`} |
| \`examples/\` | programs that read the model and its tables |

\`artifacts/report.html\` says how good the model is, and \`artifacts/metadata.json\` what it takes and gives.
${metrics.length === 0 ? '' : `\n| metric | value |\n| --- | --- |\n${metrics.map(([metric, value]) => `| \`${metric}\` | ${formatMetric(metric, value)} |`).join('\n')}\n`}`;
}
