import { Skeleton, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { DryRun } from '@trainyard/shared/http/estimate';
import { leadingMetric } from '@trainyard/shared/metrics/columns';
import { isLowerBetter } from '@trainyard/shared/metrics/direction';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import { measuredModel } from '@trainyard/shared/spec/evaluation/measuredModel';
import { featureName } from '@trainyard/shared/spec/shape/featureNames';
import { towerShape, type SizeOf } from '@trainyard/shared/spec/shape/towerShape';
import { Link } from 'wouter';
import { ApiError } from '../../api/problem.js';
import { reads } from '../../api/reads.js';
import { Failure } from '../../states/Failure.js';
import { useEditing } from '../../form/editing.js';
import { valueAt } from '../../form/paths.js';

interface Props {
  modelId: string;
  /** As the server has filled it in; undefined until it has. */
  resolved: DryRun['spec'] | undefined;
  sizeOf: SizeOf;
}

/** Of a feature configuration that is a preset: what it puts into each tower, which columns it crosses, and the best that came of it. */
export function FeatureSummary({ modelId, resolved, sizeOf }: Props) {
  const { spec } = useEditing();
  const preset = valueAt(spec, ['features', 'preset']);
  if (typeof preset !== 'string' || !resolved) return null;
  const crosses = [...resolved.features.query, ...resolved.features.candidate].filter(
    ({ transform }) => transform === 'cross',
  );
  return (
    <>
      {(['query', 'candidate'] as const).map((tower) => (
        <Text key={tower} size="sm" className="breaks">
          {tower === 'query' ? 'Query' : 'Candidate'}:{' '}
          {towerShape(resolved, tower, sizeOf)
            .features.map(({ name, width }) => (width === undefined ? name : `${name} ${width}`))
            .join(', ')}
        </Text>
      ))}
      <Text size="sm" className="breaks">
        {crosses.length === 0 ? 'No crosses' : `Crosses: ${crosses.map(featureName).join(', ')}`}
      </Text>
      {modelId !== '' && <Best modelId={modelId} preset={preset} resolved={resolved} />}
    </>
  );
}

function Best({ modelId, preset, resolved }: { modelId: string; preset: string; resolved: DryRun['spec'] }) {
  const metric = leadingMetric(measuredModel(resolved), 'test');
  const order = metric === undefined ? '' : `metrics.${metric} ${isLowerBetter(metric) ? 'asc' : 'desc'}`;
  const pages = useInfiniteQuery({
    ...reads.runs(modelId, 'status = "completed"', order),
    enabled: metric !== undefined,
    retry: false,
  });
  if (metric === undefined) return null;
  if (pages.isError)
    // A model that is only named here has no runs: that is no mistake.
    return pages.error instanceof ApiError && pages.error.status === 404 ? null : (
      <Failure what="The runs of the model cannot be read" error={pages.error} />
    );
  if (pages.isPending) return <Skeleton height={22} />;
  const best = pages.data.pages
    .flatMap(({ runs }) => runs)
    .find(
      ({ presets, result }) =>
        result?.metrics[metric] !== undefined &&
        presets.some((ref) => ref.startsWith(`feature-configs/${preset}@`)),
    );
  const isWhole = !pages.hasNextPage;
  if (!best)
    return (
      <Text size="sm" c="dimmed">
        {isWhole
          ? 'No completed run of this model was made of it yet.'
          : 'None of the best runs of this model was made of it.'}
      </Text>
    );
  return (
    <Text size="sm">
      Best of this model: {metricTitle(metric, 'test')} {formatMetric(metric, best.result?.metrics[metric])},
      by{' '}
      <Link href={`/runs/${best.runId}`} className="plainLink">
        {best.name}
      </Link>
    </Text>
  );
}
