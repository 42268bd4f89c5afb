import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { RunView } from '@trainyard/shared/http/bodies';
import { ApiError } from '../../../api/problem.js';
import { reads } from '../../../api/reads.js';
import { GateTable } from '../../../figures/GateTable.js';
import { Failure } from '../../../states/Failure.js';
import { Loading } from '../../../states/Loading.js';
import { AllMetrics } from './AllMetrics.js';
import { Answers } from './Answers.js';
import { Changes } from './Changes.js';
import { FeatureImportance } from './FeatureImportance.js';
import { LeftOut } from './LeftOut.js';
import { Methods } from './Methods.js';
import { Part } from '../../../figures/Part.js';
import { RatingErrors } from './RatingErrors.js';
import { Samples } from './Samples.js';
import { Slices } from './Slices.js';

/** All that the evaluation of a run tells, as its report does. */
export default function Results({ run }: { run: RunView }) {
  const evaluation = useQuery(reads.evaluation(run.runId));
  if (evaluation.isPending) return <Loading rows={8} />;
  if (evaluation.isError) {
    const { error } = evaluation;
    if (error instanceof ApiError && error.status === 404) return <Text c="dimmed">{error.message}</Text>;
    return (
      <Failure what="The evaluation cannot be read" error={error} retry={() => void evaluation.refetch()} />
    );
  }
  const report = evaluation.data;
  return (
    <Stack gap="lg">
      <Methods report={report} />
      <Part id="gates" title="Gates">
        <GateTable gates={report.gates} />
      </Part>
      <AllMetrics report={report} />
      <Slices report={report} />
      <Answers report={report} />
      <RatingErrors report={report} />
      <FeatureImportance report={report} />
      <Changes report={report} />
      <Samples report={report} />
      <LeftOut report={report} />
    </Stack>
  );
}
