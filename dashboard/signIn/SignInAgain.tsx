import type { SignIn } from '@trainyard/shared/http/signIn';
import { QuestionModal } from '../states/QuestionModal.js';
import SignInForm from './SignInForm.js';

/** Over what is on the page, which stays. */
export default function SignInAgain({ signIn }: { signIn: SignIn }) {
  return (
    <QuestionModal isOpen title="Sign in again">
      <SignInForm signIn={signIn} />
    </QuestionModal>
  );
}
