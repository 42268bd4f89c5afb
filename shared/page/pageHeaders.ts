/** The headers that the dashboard is served with, wherever it is: by the host of one machine, or by Firebase Hosting. */
import type { FirebaseWeb } from '../http/signIn.js';

/** The first part of each path that is the API's; every other path is the page's. */
export const API_PATHS = ['api', 'health', 'healthz', 'openapi.json'] as const;

/** The folder of what a build names after its content, which therefore never changes. */
export const HASHED_FOLDER = 'assets';

/** From where else than its own origin a page takes what it shows. */
export interface PageSources {
  /** Where it asks for streams; null for its own origin. */
  streamOrigin?: string | null;
  /** The Firebase project that it signs people in at and listens to; null where it does neither. */
  firebase?: Omit<FirebaseWeb, 'projectId'> | null;
}

/** What every part of the page comes with, by lower-case name: nothing inline, nothing from another origin but those, in no frame. */
export function pageHeaders(sources: PageSources = {}): Readonly<Record<string, string>> {
  return {
    'content-security-policy': policyOf(sources),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}

/** How long a part of the page may be kept, by its path without the slash in front: the entry is asked for each time. */
export function cachingOf(path: string): string {
  return path.startsWith(`${HASHED_FOLDER}/`) ? KEPT : ASKED_FOR;
}
const KEPT = 'public, max-age=31536000, immutable';
const ASKED_FOR = 'no-cache';

function policyOf({ streamOrigin = null, firebase = null }: PageSources): string {
  const own = "'self'";
  const auth = firebase && !firebase.firestoreEmulator ? firebase.authDomain : null;
  const directives: [name: string, ...sources: (string | null | false)[]][] = [
    ['default-src'],
    // Firebase Auth loads this script, which opens the frame of the project's own domain and hears from it who has signed in.
    ['script-src', own, auth && 'https://apis.google.com'],
    ['style-src', own],
    ['img-src', own],
    ['connect-src', own, streamOrigin, ...firebaseServices(firebase)],
    ['frame-src', auth && `https://${auth}`],
    ['base-uri'],
    ['form-action'],
    ['frame-ancestors'],
  ];
  return (
    directives
      .map(
        ([name, ...sources]) =>
          [name, sources.filter((source) => source !== null && source !== false)] as const,
      )
      // Frames are forbidden by default.
      .filter(([name, sources]) => name !== 'frame-src' || sources.length > 0)
      .map(([name, sources]) => `${name} ${sources.length === 0 ? "'none'" : sources.join(' ')}`)
      .join('; ')
  );
}

/** Where Firebase's libraries for the web ask for tokens and listen. */
function firebaseServices(firebase: PageSources['firebase']): string[] {
  if (!firebase) return [];
  if (firebase.firestoreEmulator) return [`http://${firebase.firestoreEmulator}`];
  return ['identitytoolkit', 'securetoken', 'firestore'].map(
    (service) => `https://${service}.googleapis.com`,
  );
}
