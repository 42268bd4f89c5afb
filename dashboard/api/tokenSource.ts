/** Where the token of somebody comes from. */
export interface TokenSource {
  /** Undefined where nobody is signed in. A token that was refused is not given again. */
  token(refused?: string): Promise<string | undefined>;
  signOut(): Promise<void>;
}
