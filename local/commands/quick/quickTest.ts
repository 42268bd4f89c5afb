/** `--quick` and what goes with it. */
import type { RunIntent, RunView } from '@trainyard/shared';
import type { FlagValues } from '@trainyard/shared/commandLine/flags';
import { wholeNumber } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import type { StartIdentity } from '../../client/trainyardClient.js';
import { wrap } from '../../watch/layout.js';
import { quickTestWords } from '../../watch/origin.js';

function numberThat(allowed: string, fits: (value: number) => boolean) {
  return z.string().transform((text, context) => {
    const value = Number(text);
    if (/^[\d.]+(?:e-?\d+)?$/i.test(text) && fits(value)) return value;
    context.addIssue({ code: 'custom', message: `allowed is a number ${allowed}` });
    return z.NEVER;
  });
}

export const quickFlags = {
  quick: {
    description:
      'makes it a quick test: 10 % of the users, 3 epochs, the cheapest tier first, at most $1; train-full trains the whole then',
  },
  'quick-share': {
    value: 'SHARE',
    description: 'with --quick: the share of the users, between 0 and 1',
    schema: numberThat('above 0 and below 1', (share) => share > 0 && share < 1).optional(),
  },
  'quick-epochs': {
    value: 'N',
    description: 'with --quick: the greatest number of epochs',
    schema: wholeNumber(1, 10_000).optional(),
  },
  'quick-usd': {
    value: 'USD',
    description: 'with --quick: what it may cost, in US dollars',
    schema: numberThat('above 0', (usd) => usd > 0).optional(),
  },
} as const;

/** Undefined where the whole is to be trained. */
export function quickTestAsked(values: FlagValues<typeof quickFlags>): StartIdentity['quickTest'] {
  const { quick, 'quick-share': share, 'quick-epochs': epochs, 'quick-usd': maxUsd } = values;
  if (quick)
    return {
      ...(share !== undefined && { share }),
      ...(epochs !== undefined && { epochs }),
      ...(maxUsd !== undefined && { maxUsd }),
    };
  const stray = Object.entries({ share, epochs, usd: maxUsd }).find(([, value]) => value !== undefined);
  if (stray) throw new UserError('wrong-arguments', `--quick-${stray[0]} goes with --quick: add it`);
  return undefined;
}

/** What a quick test is for, it says itself. */
export function refuseOtherIntent({
  quick,
  intent,
}: {
  quick: boolean;
  intent: RunIntent | undefined;
}): void {
  if (quick && intent !== undefined && intent !== 'quick-test')
    throw new UserError(
      'wrong-arguments',
      `--quick and --intent ${intent} exclude each other, for the intent of a quick test is quick-test: leave one of them out`,
    );
}

/** What a quick test leaves out, in lines. */
export function cutLines(run: Pick<RunView, 'quickTest'>, width: number): string[] {
  return quickTestWords(run).flatMap((text) => wrap(text, width, text.startsWith('-') ? '  ' : ''));
}
