import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { RunView } from '@trainyard/shared/http/bodies';
import { dataFacts, factWords } from '@trainyard/shared/profile/dataFacts';
import type { Profile } from '@trainyard/shared/profile/profile';
import { Link } from 'wouter';
import { ApiError } from '../../api/problem.js';
import { artifactAddress, reads } from '../../api/reads.js';
import { FileLink } from '../../figures/FileLink.js';
import { Part } from '../../figures/Part.js';
import { dateTime } from '../../figures/times.js';
import { whole } from '../../figures/whole.js';
import { WhenSeen } from '../../figures/WhenSeen.js';
import { dataRoles } from '../../form/dataRoles.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { ColumnCard } from './ColumnCard.js';
import { Drift } from './Drift.js';
import { Expectations } from './Expectations.js';
import { SchemaTable } from './SchemaTable.js';

/** What a run has found in its data. */
export function DataOfRun({ run }: { run: RunView }) {
  const profile = useQuery(reads.profile(run.runId));
  const schema = useQuery(reads.dataSchema(run.runId));
  const validation = useQuery(reads.validation(run.runId));
  const failed = [profile, schema, validation].find(({ isError }) => isError);
  if (failed?.error) {
    if (failed.error instanceof ApiError && failed.error.status === 404)
      return <Text c="dimmed">{failed.error.message}</Text>;
    return (
      <Failure
        what="What the run found in its data cannot be read"
        error={failed.error}
        retry={() => void failed.refetch()}
      />
    );
  }
  if (!profile.data || !schema.data || !validation.data) return <Loading rows={8} />;
  return (
    <Stack gap="lg">
      <Stack gap={2}>
        <Text>{factWords(dataFacts(profile.data, dataRoles(run.spec)), whole)}</Text>
        <Text size="sm" c="dimmed" className="breaks">
          Looked at by{' '}
          <Link href={`/runs/${run.runId}`} className="plainLink">
            {run.name}
          </Link>
          {run.status === 'completed' ? '' : `, which is ${run.status}`},{' '}
          {dateTime(validation.data.checkedAt)}.
        </Text>
        <FileLink
          address={artifactAddress(run.runId, 'data/profile.html')}
          name={`${run.name} data profile.html`}
        >
          All of it as one page
        </FileLink>
      </Stack>
      <Expectations validation={validation.data} />
      <Drift validation={validation.data} />
      <SchemaTable schema={schema.data} />
      <Columns profile={profile.data} />
    </Stack>
  );
}

/** About as high as most cards are. */
const CARD_HEIGHT = 300;
/** So many are drawn at once; the others once they come near. */
const AT_ONCE = 12;

function Columns({ profile: { columns, rows } }: { profile: Profile }) {
  return (
    <Part id="columns" title="Columns">
      <div className="cards">
        {columns.map((column, i) =>
          i < AT_ONCE ? (
            <ColumnCard key={column.name} column={column} rows={rows} />
          ) : (
            <WhenSeen key={column.name} height={CARD_HEIGHT}>
              <ColumnCard column={column} rows={rows} />
            </WhenSeen>
          ),
        )}
      </div>
    </Part>
  );
}
