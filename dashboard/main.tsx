import { createTheme, MantineProvider } from '@mantine/core';
import '@mantine/core/styles.css';
import '@mantine/core/styles/default-css-variables.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError } from './api/problem.js';
import { PageFeed } from './feed/pageFeed.js';
import { FeedProvider } from './feed/useFeed.js';
import { Shell } from './shell/Shell.js';
import './shell/page.css';

const theme = createTheme({ primaryColor: 'blue', defaultRadius: 'md', respectReducedMotion: true });

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the server refuses it refuses again; what did not reach it is tried again.
      retry: (failures, error) => failures < 3 && !(error instanceof ApiError && error.status < 500),
    },
  },
});
const feed = new PageFeed(queryClient);

const root = document.getElementById('root');
if (!root) throw new Error('the page has no place for the application');
createRoot(root).render(
  <StrictMode>
    {/* What Mantine would write into the page stands in its style sheets: the policy allows no inline styles. */}
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
      withStaticClasses
    >
      <QueryClientProvider client={queryClient}>
        <FeedProvider value={feed}>
          <Shell />
        </FeedProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
