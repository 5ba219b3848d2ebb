/** The providers whose dialects we speak. The name stands in every message. */
export const PROVIDERS = ['klarna-consent', 'klarna-xs2a', 'keybank', 'hamsterbank'] as const;

export type Provider = (typeof PROVIDERS)[number];

/** What a message may say of the bank. What is missing is taken from what is stored. */
export interface Bank {
  readonly id?: string;
  /** IANA name, known to this runtime. */
  readonly timeZone?: string;
  readonly unattendedCallsPerDayMax?: number;
}
