import { ActionIcon, Anchor, Badge, Burger, Group, NavLink, Text } from '@mantine/core';
import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { useFeedStatus, useTopic } from '../feed/useFeed.js';
import { VIEWS } from '../views/views.js';
import { Loading } from '../states/Loading.js';
import { NotHere } from '../states/NotHere.js';

const STATUS = {
  connecting: { color: 'gray', text: 'connecting' },
  live: { color: 'green', text: 'live' },
  waiting: { color: 'orange', text: 'reconnecting' },
} as const;

/** The frame of every view: the navigation, and whether the page hears of changes. */
export function Shell() {
  const [isOpen, { toggle, close }] = useDisclosure();
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip the navigation
      </a>
      <header className="header">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              className="burger"
              opened={isOpen}
              onClick={toggle}
              size="sm"
              aria-label="Navigation"
              aria-expanded={isOpen}
              aria-controls="views"
            />
            <Anchor component={Link} href="/" fw={700} c="inherit" underline="never">
              Trainyard
            </Anchor>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <Connection />
            <SchemeSwitch />
          </Group>
        </Group>
      </header>
      <Navigation isOpen={isOpen} onChosen={close} />
      <main className="main" id="main" tabIndex={-1}>
        <Suspense fallback={<Loading />}>
          <Switch>
            {VIEWS.map(({ path, View }) => (
              <Route key={path} path={path} component={View} />
            ))}
            <Route>
              <NotHere what="There is no page at this address." />
            </Route>
          </Switch>
        </Suspense>
      </main>
    </div>
  );
}

function Navigation({ isOpen, onChosen }: { isOpen: boolean; onChosen: () => void }) {
  const [location] = useLocation();
  return (
    <nav className="nav" id="views" aria-label="Views" data-closed={!isOpen}>
      {VIEWS.filter(({ title }) => title !== undefined).map(({ path, title }) => (
        <NavLink
          key={path}
          component={Link}
          href={path}
          label={title}
          onClick={onChosen}
          active={path === '/' ? location === '/' : location.startsWith(path)}
          {...(location === path && { 'aria-current': 'page' as const })}
        />
      ))}
    </nav>
  );
}

function Connection() {
  // Also where a view watches nothing, the page says whether it would hear.
  useTopic('runs');
  const { color, text } = STATUS[useFeedStatus()];
  return (
    <Badge
      color={color}
      variant="dot"
      role="status"
      title="Whether this page hears of changes as they happen"
    >
      {text}
    </Badge>
  );
}

function SchemeSwitch() {
  // Without the style that others put in to hold transitions back, which the page's policy refuses.
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const isDark = useComputedColorScheme('light') === 'dark';
  return (
    <ActionIcon
      variant="default"
      aria-label={isDark ? 'Light colours' : 'Dark colours'}
      onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
    >
      <Text aria-hidden>{isDark ? '☀' : '☾'}</Text>
    </ActionIcon>
  );
}
