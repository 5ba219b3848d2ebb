/**
 * What comes of one queue record: an event for the decider, or the reason why there is none. A
 * record that cannot be read is a value here, not an error: it never gets better by repeating.
 */
import type { ConsentEvent, TokenRescued } from '../consent/event.ts';
import type { Instant } from '../consent/instant.ts';

/** Something in a readable message that was left out. */
export const INTAKE_NOTES = ['unknown-time-zone', 'transfer-token-too-long'] as const;

export type IntakeNote = (typeof INTAKE_NOTES)[number];

export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
  /** When SQS accepted the message. */
  readonly sentAt: Instant;
}

export type Reading =
  | {
      readonly kind: 'event';
      readonly event: ConsentEvent;
      readonly notes: readonly IntakeNote[];
    }
  | {
      readonly kind: 'unreadable';
      /** One line, without a token. */
      readonly reason: string;
      /** The token of a message whose rest is lost. (rule 1) */
      readonly rescued?: TokenRescued;
    };
