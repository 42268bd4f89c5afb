import { Stack, Tabs } from '@mantine/core';
import type { RunView } from '@trainyard/shared/http/bodies';
import type { ReactNode } from 'react';
import { useAddress } from '../../address/useAddress.js';
import { Loading } from '../../states/Loading.js';
import { later } from '../../states/later.js';

const Results = later(() => import('./results/Results.js'), <Loading rows={8} />);

/** How a run goes, and of a completed one what its evaluation tells. */
export function RunTabs({ run, children }: { run: RunView; children: ReactNode }) {
  const address = useAddress();
  const course = <Stack gap="lg">{children}</Stack>;
  if (run.status !== 'completed') return course;
  return (
    <Tabs
      value={address.get('tab') === 'results' ? 'results' : 'run'}
      onChange={(tab) => address.set({ tab: tab === 'results' ? tab : '' })}
      keepMounted={false}
    >
      <Tabs.List mb="md">
        <Tabs.Tab value="run">Overview</Tabs.Tab>
        <Tabs.Tab value="results">Results</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="run">{course}</Tabs.Panel>
      <Tabs.Panel value="results">
        <Results run={run} />
      </Tabs.Panel>
    </Tabs>
  );
}
