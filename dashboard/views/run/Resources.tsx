import { Stack, Text, Title } from '@mantine/core';
import type { RunView } from '@trainyard/shared/http/bodies';
import { isTerminal } from '@trainyard/shared/runs/status';

const MB = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

/** `14,210 of 16,384 MB (87 %)`; how much there is, older trainers do not tell. */
function gpuMemory({ gpuMemoryMb, gpuMemoryTotalMb }: NonNullable<RunView['resources']>): string {
  const used = MB.format(gpuMemoryMb ?? 0);
  if (!gpuMemoryTotalMb) return `${used} MB`;
  return `${used} of ${MB.format(gpuMemoryTotalMb)} MB (${MB.format((100 * (gpuMemoryMb ?? 0)) / gpuMemoryTotalMb)} %)`;
}

/** What the trainer uses of its machine. */
export function Resources({ run: { resources, peakMemory, gpuUse, progress, status } }: { run: RunView }) {
  const rows: [string, string][] = [];
  if (resources) {
    rows.push(['Memory', `${MB.format(resources.rssMb)} MB`]);
    rows.push(['Processors', `${MB.format(resources.cpuPercent)} % of one core`]);
    if (resources.gpuPercent !== null) rows.push(['GPU', `${MB.format(resources.gpuPercent)} %`]);
    if (resources.gpuMemoryMb !== null) rows.push(['GPU memory', gpuMemory(resources)]);
  }
  if (peakMemory) rows.push(['Most memory', `${MB.format(peakMemory.rssMb)} MB`]);
  if (peakMemory && peakMemory.gpuMemoryMb !== null)
    rows.push(['Most GPU memory', `${MB.format(peakMemory.gpuMemoryMb)} MB`]);
  if (gpuUse) rows.push(['GPU, mean', `${gpuUse.meanPercent.toFixed(1)} %`]);
  const rate = progress?.examplesPerSecond;
  if (rate !== null && rate !== undefined) rows.push(['Rows a second', MB.format(rate)]);
  return (
    <Stack gap="xs" component="section" aria-labelledby="resources">
      <Title order={2} size="h4" id="resources">
        Resources
      </Title>
      {rows.length === 0 ? (
        <Text c="dimmed">
          {isTerminal(status) ? 'The trainer reported nothing.' : 'The trainer has not reported yet.'}
        </Text>
      ) : (
        <table className="table">
          <tbody>
            {rows.map(([name, value]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="tabular">{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Stack>
  );
}
