import { ActionIcon, Anchor, Badge, Burger, Group, NavLink, Text } from '@mantine/core';
import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, Route, Switch, useLocation } from 'wouter';
import { reads } from '../api/reads.js';
import { useFeedStatus, useTopic } from '../feed/useFeed.js';
import { SignedInAs } from '../signIn/SignedInAs.js';
import { SignInGate } from '../signIn/SignInGate.js';
import { useMayI } from '../signIn/useMayI.js';
import { VIEWS, type ViewEntry } from '../views/views.js';
import { Failure } from '../states/Failure.js';
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
        <SignInGate>
          <Switch>
            {VIEWS.map((view) => (
              <Route key={view.path} path={view.path}>
                <ForRole {...view} />
              </Route>
            ))}
            <Route>
              <NotHere what="There is no page at this address." />
            </Route>
          </Switch>
        </SignInGate>
      </main>
    </div>
  );
}

/** A view, or why it is none for whoever looks. */
function ForRole({ needs, View }: ViewEntry) {
  const me = useQuery({ ...reads.me, enabled: needs !== undefined });
  const mayI = useMayI();
  if (needs === undefined || mayI(needs)) return <View />;
  if (me.isPending) return <Loading />;
  if (me.isError)
    return <Failure what="Who you are cannot be read" error={me.error} retry={() => void me.refetch()} />;
  return (
    <NotHere
      title="Not with your role"
      what={`What is done here takes the role ${needs}, and yours is ${me.data.role}: ask an administrator of this Trainyard for it.`}
    />
  );
}

function Navigation({ isOpen, onChosen }: { isOpen: boolean; onChosen: () => void }) {
  const [location] = useLocation();
  const mayI = useMayI();
  return (
    <nav className="nav" id="views" aria-label="Views" data-closed={!isOpen}>
      {VIEWS.filter(({ title, needs }) => title !== undefined && (!needs || mayI(needs))).map(
        ({ path, title }) => (
          <NavLink
            key={path}
            component={Link}
            href={path}
            label={title}
            onClick={onChosen}
            active={path === '/' ? location === '/' : location.startsWith(path)}
            {...(location === path && { 'aria-current': 'page' as const })}
          />
        ),
      )}
      <SignedInAs />
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
