import { lazy, Suspense, type ReactNode } from 'react';
import { Loading } from '../states/Loading.js';
import { useSession } from '../api/useSession.js';

/** Fields and dialogs weigh as much as a view, and most who open the page are in. */
const SignInForm = lazy(() => import('./SignInForm.js'));
const SignInAgain = lazy(() => import('./SignInAgain.js'));

/** What it holds, for whoever is let in; before, how to sign in. Where a token has run out, what is on the page stays below the question. */
export function SignInGate({ children }: { children: ReactNode }) {
  const state = useSession();
  if (state.is !== 'out') return children;
  if (!state.wasIn)
    return (
      <Suspense fallback={<Loading />}>
        <SignInForm signIn={state.signIn} isWhole />
      </Suspense>
    );
  return (
    <>
      {children}
      <Suspense>
        <SignInAgain signIn={state.signIn} />
      </Suspense>
    </>
  );
}
