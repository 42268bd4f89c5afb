import { UserError } from '@trainyard/shared/commandLine/userError';

export interface Credentials {
  token: () => Promise<string>;
  /** Of the credentials, of the environment or of gcloud's configuration; null where none says. */
  projectId: () => Promise<string | null>;
}

/** The machine's own credentials for Google Cloud. Loaded where it is used: other commands do without. */
export async function googleCredentials(): Promise<Credentials> {
  const { GoogleAuth } = await import('google-auth-library');
  const auth = new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] });
  return {
    token: async () => {
      try {
        const token = await auth.getAccessToken();
        if (token) return token;
      } catch (cause) {
        throw new UserError('no-google-credentials', LOG_IN, { cause });
      }
      throw new UserError('no-google-credentials', LOG_IN);
    },
    // Without a project the library throws, whatever the reason.
    projectId: () => auth.getProjectId().catch(() => null),
  };
}

const LOG_IN =
  'this machine has no credentials for Google Cloud, or they are no longer good: log in with "gcloud auth application-default login"';
