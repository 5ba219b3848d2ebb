/**
 * The dead-letter queues, and where their letters belong. A letter of the Scheduler is the timer's
 * own message, so it goes where the Scheduler would have put it.
 */
export const DEAD_LETTER_QUEUES = {
  'bank-call-results-dlq': 'bank-call-results',
  'due-timers-dlq': 'due-timers',
  'bank-call-requests-dlq.fifo': 'bank-call-requests.fifo',
  'scheduler-dlq': 'due-timers',
} as const;

export type DeadLetterQueue = keyof typeof DEAD_LETTER_QUEUES;

export const DEAD_LETTER_QUEUE_NAMES = Object.keys(DEAD_LETTER_QUEUES) as DeadLetterQueue[];
