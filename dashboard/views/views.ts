/** Every view of the page: a folder each, and a line here. */
import type { Role } from '@trainyard/shared/http/roles';
import { lazy, type ComponentType } from 'react';

export interface ViewEntry {
  path: string;
  /** In the navigation; views that others lead to have none. */
  title?: string;
  /** The role that what the view does is for; everybody who is let in unless given. */
  needs?: Role;
  View: ComponentType;
}

export const VIEWS: readonly ViewEntry[] = [
  { path: '/', title: 'Home', View: lazy(() => import('./home/HomeView.js')) },
  { path: '/runs', title: 'Runs', View: lazy(() => import('./runs/RunsView.js')) },
  { path: '/new', title: 'New training', needs: 'trainer', View: lazy(() => import('./new/NewRunView.js')) },
  { path: '/compare', title: 'Compare', View: lazy(() => import('./compare/CompareView.js')) },
  { path: '/models', title: 'Models', View: lazy(() => import('./models/ModelsView.js')) },
  { path: '/models/:modelId', View: lazy(() => import('./model/ModelView.js')) },
  { path: '/data', title: 'Data', View: lazy(() => import('./data/DataView.js')) },
  { path: '/sweeps', title: 'Sweeps', View: lazy(() => import('./sweeps/SweepsView.js')) },
  { path: '/settings', title: 'Settings', View: lazy(() => import('./settings/SettingsView.js')) },
  { path: '/settings/new-preset', needs: 'trainer', View: lazy(() => import('./preset/NewPresetView.js')) },
  { path: '/settings/presets/:kind/:id', View: lazy(() => import('./preset/PresetView.js')) },
  { path: '/sweeps/:sweepId', View: lazy(() => import('./sweep/SweepView.js')) },
  { path: '/runs/:runId', View: lazy(() => import('./run/RunView.js')) },
];
