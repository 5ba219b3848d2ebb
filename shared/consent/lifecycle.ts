/**
 * The lifecycle as a table: what each event may make of a consent of each status. It is printed in
 * docs/lifecycle.md, and a test holds the decider to it, cell by cell.
 */
import type { Status } from './consent.ts';
import type { ConsentEvent } from './event.ts';

/** What a bank-call result says, as far as the status is concerned. */
export type Happening =
  | Exclude<ConsentEvent['type'], 'BankCallCompleted'>
  | 'Success'
  | 'Strike'
  | 'OtherAnswer';

export type Standing = Status | 'unknown';

const ENDED_BY_US = {
  ConsentGranted: ['valid', 'expired'],
  Success: [],
  Strike: [],
  OtherAnswer: [],
  TokenRescued: [],
  TimerDue: [],
  ConsentWithdrawn: [],
  ConsentReplaced: [],
  EndingDecided: [],
} as const;

const ENDED_BY_BANK = {
  ...ENDED_BY_US,
  Success: ['valid', 'suspect'],
  ConsentWithdrawn: ['terminatedByTpp', 'revokedByPsu'],
  ConsentReplaced: ['replaced'],
} as const;

const ENDS = {
  ConsentWithdrawn: ['terminatedByTpp', 'revokedByPsu'],
  ConsentReplaced: ['replaced'],
  EndingDecided: [],
} as const;

/** The statuses that may follow. None: the event is ignored, and says why. */
export const LIFECYCLE: Readonly<Record<Standing, Readonly<Record<Happening, readonly Status[]>>>> =
  {
    unknown: {
      ConsentGranted: ['valid', 'expired'],
      Success: ['valid'],
      Strike: ['received', 'suspect', 'expired', 'revokedByPsu'],
      OtherAnswer: ['received'],
      TokenRescued: ['received'],
      TimerDue: [],
      ...ENDS,
    },
    received: {
      ConsentGranted: ['valid', 'expired'],
      Success: ['valid'],
      Strike: ['suspect', 'received', 'expired', 'revokedByPsu'],
      OtherAnswer: ['received'],
      TokenRescued: ['received'],
      TimerDue: ['received'],
      ...ENDS,
    },
    valid: {
      ConsentGranted: ['valid', 'expired'],
      Success: ['valid', 'expired'],
      Strike: ['suspect', 'valid', 'expired', 'revokedByPsu'],
      OtherAnswer: ['valid', 'expired'],
      TokenRescued: ['valid', 'expired'],
      TimerDue: ['valid', 'expired'],
      ...ENDS,
    },
    suspect: {
      ConsentGranted: ['valid', 'suspect', 'expired', 'revokedByPsu'],
      Success: ['valid', 'suspect', 'expired', 'revokedByPsu'],
      Strike: ['suspect', 'expired', 'revokedByPsu'],
      OtherAnswer: ['suspect', 'expired', 'revokedByPsu'],
      TokenRescued: ['suspect', 'expired', 'revokedByPsu'],
      TimerDue: ['suspect', 'expired', 'revokedByPsu'],
      ...ENDS,
      EndingDecided: ['suspect', 'expired', 'revokedByPsu'],
    },
    expired: ENDED_BY_BANK,
    revokedByPsu: { ...ENDED_BY_BANK, ConsentGranted: ['valid', 'expired', 'revokedByPsu'] },
    terminatedByTpp: ENDED_BY_US,
    replaced: ENDED_BY_US,
  };
