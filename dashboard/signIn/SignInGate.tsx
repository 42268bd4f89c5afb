import type { ReactNode } from 'react';
import { useSession } from '../api/useSession.js';
import { later } from '../states/later.js';

/** Fields and dialogs weigh as much as a view, and most who open the page are in. */
const SignInForm = later(() => import('./SignInForm.js'));
const SignInAgain = later(() => import('./SignInAgain.js'), null);

/** What it holds, for whoever is let in; before, how to sign in. Where a token has run out, what is on the page stays below the question. */
export function SignInGate({ children }: { children: ReactNode }) {
  const state = useSession();
  if (state.is !== 'out') return children;
  if (!state.wasIn) return <SignInForm signIn={state.signIn} isWhole />;
  return (
    <>
      {children}
      <SignInAgain signIn={state.signIn} />
    </>
  );
}
