import { Alert, Stack, Text } from '@mantine/core';
import type { RunView } from '@trainyard/shared/http/bodies';
import { DataLink } from './DataLink.js';
import { ResultTable } from './ResultTable.js';

/** How a run ended: why it failed, or what its result is worth. */
export function Outcome({ run }: { run: RunView }) {
  const { error, result, warnings } = run;
  return (
    <>
      {error && (
        <Alert color="red" title={`${error.stage ?? 'start'}: ${error.code}`}>
          {/* Each violated expectation stands in a line of its own. */}
          <Text className="breaks lines">{error.message}</Text>
          {error.remedy && (
            <Text className="breaks" fw={600}>
              {error.remedy}
            </Text>
          )}
        </Alert>
      )}
      <DataLink run={run} />
      {warnings.length > 0 && (
        <Alert color="yellow" title={warnings.length === 1 ? 'A warning' : `${warnings.length} warnings`}>
          <Stack gap={4}>
            {warnings.map(({ stage, message, remedy }, i) => (
              <Text key={i} size="sm" className="breaks">
                {stage}: {message}
                {remedy === null ? '' : ` ${remedy}`}
              </Text>
            ))}
          </Stack>
        </Alert>
      )}
      {result && <ResultTable run={run} result={result} />}
    </>
  );
}
