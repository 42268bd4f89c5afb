import { Stack, Text, Title } from '@mantine/core';
import { useAddress } from '../../address/useAddress.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import type { TypeFigures } from './KpiRows.js';
import { leftOutText } from './leftOutText.js';
import { later } from '../../states/later.js';

const AtAGlance = later(() => import('./AtAGlance.js'), null);

/** The ten best runs of a type of model; each opens at a glance, and which is open stands in the address. */
export function BestRuns({ type: { modelType, metric, runs, leftOut } }: { type: TypeFigures }) {
  const notCompared = leftOutText(leftOut);
  const { get, set } = useAddress();
  const open = runs.find(({ runId }) => runId === get('run'));
  return (
    <Stack gap="xs" component="section" aria-labelledby="best">
      <Title order={2} size="h4" id="best">
        Top configurations of {modelType}
      </Title>
      {runs.length === 0 ? (
        <Text c="dimmed">No completed run has {metricTitle(metric)} yet.</Text>
      ) : (
        <ScrollingTable minWidth={760} highlightOnHover stickyHeader>
          <thead>
            <tr>
              <th>#</th>
              <th>Run</th>
              <th>Data</th>
              <th>Features</th>
              <th>Layers</th>
              <th className="tabular">Learning rate</th>
              <th className="tabular">Batch</th>
              <th className="tabular">Epochs</th>
              <th className="tabular">{metricTitle(metric)}</th>
              <th className="tabular">Loss</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run, i) => (
              <tr key={run.runId} className="opens">
                <td>{i + 1}</td>
                <td>
                  <button
                    type="button"
                    className="linkLike"
                    aria-haspopup="dialog"
                    aria-label={`${run.name} at a glance`}
                    onClick={() => set({ run: run.runId, tab: '' })}
                  >
                    {run.name}
                  </button>
                  {run.title !== run.name && <span className="note line">{run.title}</span>}
                </td>
                <td className="breaks">{run.dataset ?? '–'}</td>
                <td className="breaks">{run.features}</td>
                <td>{/\d/.test(run.model) ? run.model : 'none'}</td>
                <td className="tabular">{run.learningRate ?? '–'}</td>
                <td className="tabular">{run.batchSize ?? '–'}</td>
                <td className="tabular">{run.epochs}</td>
                <td className="tabular">{formatMetric(metric, run.value)}</td>
                <td className="tabular">{formatMetric('loss', run.loss ?? undefined)}</td>
              </tr>
            ))}
          </tbody>
        </ScrollingTable>
      )}
      {notCompared !== '' && (
        <Text size="sm" c="dimmed">
          {notCompared}
        </Text>
      )}
      {open && <AtAGlance runId={open.runId} name={open.name} onClose={() => set({ run: '', tab: '' })} />}
    </Stack>
  );
}
