import type { ReactNode } from 'react';
import { QuestionModal } from '../states/QuestionModal.js';
import { SignInForm } from './SignInForm.js';
import { useSession } from '../api/useSession.js';

/** What it holds, for whoever is let in; before, how to sign in. Where a token has run out, what is on the page stays below the question. */
export function SignInGate({ children }: { children: ReactNode }) {
  const state = useSession();
  if (state.is !== 'out') return children;
  if (!state.wasIn) return <SignInForm signIn={state.signIn} isWhole />;
  return (
    <>
      {children}
      <QuestionModal isOpen title="Sign in again">
        <SignInForm signIn={state.signIn} />
      </QuestionModal>
    </>
  );
}
