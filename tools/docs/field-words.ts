/**
 * What each field of a message means, for the schemas in docs/contracts. It stands here and not in
 * shared/messages because nobody reads it in a Lambda. A field is looked up for its message, for
 * its channel and by itself, in that order; one without words is an error.
 */
import { TOKEN_BYTES_MAX } from '../../shared/intake/happening.ts';
import {
  CONSENT_ID_BYTES_MAX,
  NAME_BYTES_MAX,
  PARAMETERS_BYTES_MAX,
  PARAMETERS_LEVELS_MAX,
} from '../../shared/messages/wire.ts';
import type { Contract } from './contracts.ts';

const CONSENT_ID = `at most ${CONSENT_ID_BYTES_MAX} bytes of UTF-8`;
const NAME = `at most ${NAME_BYTES_MAX} bytes of UTF-8`;

export const FIELD_WORDS: Readonly<Record<string, string>> = {
  specversion: 'The version of CloudEvents.',
  id: `The same at every delivery: a second message with it is a copy. It has ${NAME}.`,
  'bank-call-results id': `A second message with it is a duplicate, and ignored. It has ${NAME}.`,
  'bank-call.completed id':
    'Made for each bank call. A second message with it is a duplicate, and changes nothing. ' +
    `It has ${NAME}.`,
  source: 'Who sends it.',
  'bank-call-results source': 'Who sends it, such as /jobs/balances.',
  type: 'Which message it is, and in which version.',
  subject: `The consent: ${CONSENT_ID}.`,
  time: 'When the worker decided it.',
  'bank-call.completed time': 'When the bank answered.',
  'consent.granted time': 'When it was granted or renewed.',
  'consent.withdrawn time': 'When it was withdrawn.',
  'consent.replaced time': 'When the newer consent was granted.',
  datacontenttype: 'The media type of data: application/json.',
  data: 'What the message says.',
  'data.provider': 'Whose API it is: decides how the answers are read.',
  'consent-notices data.provider': 'Whose API it is, where it is known.',
  're-consent data.provider': 'Whose API it is, where it is known.',
  'data.bank': 'The bank, where it is known.',
  'bank-call-results data.bank':
    'The bank. What is not told is taken from what is stored, else it is Europe/Berlin and no ' +
    "daily maximum but the provider's.",
  'data.bank.id': `Names the bank, in ${NAME}.`,
  'data.bank.timeZone': "The IANA name of the zone in which the bank's day begins.",
  'bank-call-results data.bank.timeZone':
    "The IANA name of the zone in which the bank's day begins; one that is unknown is ignored.",
  'data.bank.unattendedCallsPerDayMax': 'Unattended calls that the bank takes on one of its days.',
  'data.call': 'The call.',
  'bank-call.requested data.call': 'The call to make.',
  'data.call.operation':
    'accounts, balances, transactions, account-details, funds-confirmation, transfer, ' +
    'transfer-state; any other word is taken too.',
  'data.call.accountId': `The account that the call is about: ${NAME}.`,
  'data.call.parameters':
    `What else the caller needs to make the call again: at most ${PARAMETERS_BYTES_MAX} bytes of ` +
    `JSON, ${PARAMETERS_LEVELS_MAX} levels deep.`,
  'data.call.instructionId': `The payment that the call is about: ${NAME}.`,
  'data.call.attended': 'Whether the PSU is present.',
  'data.usedTokenFingerprint':
    'The token that the call was made with: sha256: and the unpadded base64url of SHA-256 over it.',
  'data.requestId': `The id of the request that this call answers: ${NAME}.`,
  'data.response': "The bank's answer as it came; null where none arrived.",
  'data.response.status': 'The HTTP status.',
  'data.response.headers':
    'The HTTP headers, whatever the case of their names; one that is null is none.',
  'data.response.body': 'JSON, or the text as a string.',
  'data.failure': 'Why no response arrived.',
  'data.consentToken':
    `The token as the bank gave it: at most ${TOKEN_BYTES_MAX} bytes of UTF-8. Without one, or ` +
    'with an empty one, the stored one stays.',
  'data.validUntil': 'When the consent ends.',
  'consent.granted data.validUntil': 'When the consent ends, where it is known.',
  'data.supersedes': `The consent whose place it takes: ${CONSENT_ID}.`,
  'consent.withdrawn data.by': 'Who ended it: the PSU or the TPP.',
  'consent.replaced data.by': `The consent that took its place: ${CONSENT_ID}.`,
  'data.generation': "The consent's life, counted from 1.",
  'bank-call.requested data.reason': 'Why the call is to be made.',
  'data.attempt': 'Sendings of this call, counted from 1.',
  'data.notAfter': 'When the call is not to be made any more.',
  'data.sequence': "Of one consent's notices, the higher is the later.",
  'data.reason': 'What led to it: a category, or another word.',
  'reconsent.required data.reason': 'What the bank said, or that the lifetime is over.',
  'consent.expiring data.reason': 'The date that was told with the grant.',
  'consent.action-required data.reason': 'The same as action.',
  'data.firstErrorAt': 'When the bank first said so.',
  'data.confirmedAt': 'When it was confirmed; or validUntil, where the lifetime has run out.',
  'data.lastSuccessAt': 'When a call last succeeded.',
  'data.errors': 'What the bank said; none where the lifetime has run out.',
  'data.errors[].time': 'When the bank said it.',
  'data.errors[].category': 'What it means.',
  'data.withdraws': 'The id of the notice that no longer holds.',
  'data.action':
    'On what to act: errors of this category; NO_CALLER, requests that nobody answers; ' +
    'NO_SUCCESS, a week without a success.',
  'data.before': 'Account lists from before this time are out of date.',
  'account-cache.relinked data.before': 'When the lists of before were purged.',
  'data.listedAt': 'When the bank listed the accounts that the purged ones are compared with.',
  'data.cameBack': 'Accounts that were known before, perhaps under another id.',
  'data.cameBack[].accountId': 'The id that the bank uses now.',
  'data.cameBack[].previousAccountId': 'The id that it used before.',
  'data.new': 'Ids of accounts that were not known before.',
  'data.noLongerGranted': 'Ids of accounts that were known before and are not listed any more.',
  'data.decision':
    'What becomes of the end that is held: release ends the consent, hold holds it on.',
  'data.from': 'The status until now.',
  'data.to': 'The status from now on.',
};

/** Throws the field for which nothing is said. */
export function wordsFor({ name, channel }: Contract, path: string): string {
  const words =
    FIELD_WORDS[`${name} ${path}`] ?? FIELD_WORDS[`${channel} ${path}`] ?? FIELD_WORDS[path];
  if (words !== undefined) return words;
  throw new Error(`"${path}" of ${name} has no words; expected them in tools/docs/field-words.ts`);
}
