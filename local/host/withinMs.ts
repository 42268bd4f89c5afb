/** Waits for `work` for so long, then goes on without it. What fails or takes longer is given to `onFailure` in words. */
export async function withinMs(
  ms: number,
  work: Promise<void>,
  onFailure: (reason: string) => void,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      onFailure(`no answer for ${ms / 1000} s`);
      resolve();
    }, ms);
  });
  const done = work.catch((error: unknown) =>
    onFailure(error instanceof Error ? error.message : String(error)),
  );
  await Promise.race([done, impatience]);
  clearTimeout(timer);
}
