import { callerViewSchema, signInSchema, type SignIn } from '@trainyard/shared';
import type { Config } from '../../config.js';
import { defineRoute } from '../defineRoute.js';
import { noParams, noQuery } from './parameters.js';

export const meRoute = defineRoute({
  method: 'GET',
  path: '/api/me',
  summary: 'Read who the caller is: the name, the role and the teams',
  operationId: 'getCaller',
  description: 'Other operations refuse with 403 what the role does not suffice for.',
  access: 'viewer',
  params: noParams,
  query: noQuery,
  result: callerViewSchema,
  success: 200,
  handle: async (_cp, { caller: { id, role, teams } }) => ({ body: { id, role, teams: [...teams] } }),
});

export const signInRoute = defineRoute({
  method: 'GET',
  path: '/api/sign-in',
  summary: 'Read how people sign in here, and from where a page hears of changes',
  operationId: 'getSignIn',
  description: 'Anybody may ask: a page does so before it knows who looks at it. Nothing of it is a secret.',
  access: 'anyone',
  params: noParams,
  query: noQuery,
  result: signInSchema,
  success: 200,
  handle: async ({ config }) => ({ body: signInOf(config) }),
});

function signInOf({ auth, firebaseWeb: firebase, streamOrigin }: Config): SignIn {
  if (auth === 'loopback' || auth === 'platform') return { by: 'nothing', firebase, streamOrigin };
  return { by: firebase && !firebase.firestoreEmulator ? 'google' : 'token', firebase, streamOrigin };
}
