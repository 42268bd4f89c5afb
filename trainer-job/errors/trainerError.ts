import type { StageName } from '@trainyard/shared';
import { TRAINER_ERRORS, type TrainerErrorCode } from '@trainyard/shared/errors/trainerErrors';

/** Where it happened. */
export interface TrainerErrorContext {
  /** The stage whose input is wrong, where that is not the one under way. */
  stage?: StageName;
}

interface Parts extends TrainerErrorContext {
  cause?: unknown;
  /** Only where who throws knows more than the table. */
  retriable?: boolean;
}

/** The one error of the trainer: who throws says the code, and its table says the fate. */
export class TrainerError extends Error {
  override readonly name = 'TrainerError';
  /** Whether another attempt may succeed without anybody's doing. */
  readonly retriable: boolean;
  readonly context: TrainerErrorContext;

  constructor(
    readonly code: TrainerErrorCode,
    /** What was found, and what is allowed. Never holds a secret or a row of data. */
    message: string,
    /** What to change; null where nobody knows. */
    readonly remedy: string | null,
    { cause, retriable = TRAINER_ERRORS[code].retriable, ...context }: Parts = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.retriable = retriable;
    this.context = context;
  }
}
