/** Every view of the page: a folder each, and a line here. */
import type { Role } from '@trainyard/shared/http/roles';
import type { ComponentType } from 'react';
import { later } from '../states/later.js';

export interface ViewEntry {
  path: string;
  /** In the navigation; views that others lead to have none. */
  title?: string;
  /** The role that what the view does is for; everybody who is let in unless given. */
  needs?: Role;
  View: ComponentType;
}

export const VIEWS: readonly ViewEntry[] = [
  { path: '/', title: 'Home', View: later(() => import('./home/HomeView.js')) },
  { path: '/runs', title: 'Runs', View: later(() => import('./runs/RunsView.js')) },
  { path: '/new', title: 'New training', needs: 'trainer', View: later(() => import('./new/NewRunView.js')) },
  { path: '/compare', title: 'Compare', View: later(() => import('./compare/CompareView.js')) },
  { path: '/models', title: 'Models', View: later(() => import('./models/ModelsView.js')) },
  { path: '/models/:modelId', View: later(() => import('./model/ModelView.js')) },
  { path: '/data', title: 'Data', View: later(() => import('./data/DataView.js')) },
  { path: '/sweeps', title: 'Sweeps', View: later(() => import('./sweeps/SweepsView.js')) },
  { path: '/settings', title: 'Settings', View: later(() => import('./settings/SettingsView.js')) },
  { path: '/settings/new-preset', needs: 'trainer', View: later(() => import('./preset/NewPresetView.js')) },
  { path: '/settings/presets/:kind/:id', View: later(() => import('./preset/PresetView.js')) },
  { path: '/sweeps/:sweepId', View: later(() => import('./sweep/SweepView.js')) },
  { path: '/runs/:runId', View: later(() => import('./run/RunView.js')) },
];
