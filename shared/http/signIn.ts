/** Who calls, and how people sign in at a deployment. */
import { z } from 'zod';
import { described } from '../described.js';
import { ROLES } from './roles.js';

export const callerViewSchema = z.strictObject({
  id: described(
    z.string(),
    'The name under which the caller’s runs are requested: a verified e-mail address, or the subject of a token.',
    'ana@shop.example',
  ),
  role: described(
    z.enum(ROLES),
    'What the caller may do. `viewer` reads, `trainer` starts and stops too, `admin` does everything.',
    'trainer',
  ),
  teams: described(
    z.array(z.string()),
    'The teams whose models the caller sees, beside those of everybody. An administrator sees those of all.',
    ['red'],
  ),
});
export type CallerView = z.infer<typeof callerViewSchema>;

const hostAndPort = z
  .string()
  .regex(/^[\w.-]+:\d{1,5}$/, 'must be a host and a port, such as 127.0.0.1:8081');

/** What a page needs to reach a Firebase project. None of it is a secret: https://firebase.google.com/docs/projects/api-keys. */
export const firebaseWebSchema = z.strictObject({
  projectId: described(z.string().min(1), 'The id of the Firebase project.', 'shop-prod'),
  apiKey: described(
    z.string().min(1).max(200),
    'The key of the web application. It names the project and grants nothing.',
    'AIzaSyExampleKeyOfAWebApplication',
  ),
  authDomain: described(
    z.string().regex(/^[a-zA-Z0-9.-]{1,253}$/, 'must be a domain, such as shop-prod.firebaseapp.com'),
    'The domain where the window for signing in comes from.',
    'shop-prod.firebaseapp.com',
  ),
  firestoreEmulator: described(
    hostAndPort.nullable().default(null),
    'The Firestore emulator that is listened to in place of the service; null where there is none.',
    null,
  ),
});
export type FirebaseWeb = z.infer<typeof firebaseWebSchema>;

export const signInSchema = z.strictObject({
  by: described(
    z.enum(['nothing', 'token', 'google']),
    'What a caller has to bring. `nothing`: whoever reaches this server is let in. `token`: an ID token that one has. `google`: an ID token of Firebase Auth, which a page gets by signing in with Google.',
    'google',
  ),
  firebase: described(
    firebaseWebSchema.clone().nullable(),
    'The Firebase project whose Firestore tells of changes; null where `GET /api/stream` does.',
  ),
  streamOrigin: described(
    z
      .string()
      .regex(/^https?:\/\/[^/?#\s]+$/, 'must be an origin, such as https://api.shop.example')
      .nullable(),
    'Where a page asks for streams, such as `GET /api/stream`: an origin of its own where what serves the page holds answers back until they are whole. Null: where the page came from.',
    'https://trainyard-api-123456789012.europe-west4.run.app',
  ),
});
export type SignIn = z.infer<typeof signInSchema>;
