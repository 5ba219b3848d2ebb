/** Any message that callers and the app may send, with what is optional missing, null or told. */
import fc from 'fast-check';
import { provider } from './arbitrary.ts';

const LAST = Date.parse('9999-12-31T00:00:00Z');
const FIRST = Date.parse('0000-01-02T00:00:00Z');

const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 300, size: '+2' }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }),
);
const consentId = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
const json = fc.jsonValue({ maxDepth: 4 });
const word = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean());

const time = fc
  .record({
    at: fc.integer({ min: FIRST, max: LAST }),
    fraction: fc.constantFrom('', '.1', '.120', '.120999999'),
    offset: fc.constantFrom('Z', '+00:00', '-00:00', '+05:30', '-11:00', '+23:59'),
  })
  .map(({ at, fraction, offset }) => new Date(at).toISOString().slice(0, 19) + fraction + offset);

type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** What is optional is told, null or missing. */
function fields(required: Fields, optional: Fields): fc.Arbitrary<object> {
  const orNull = Object.entries(optional).map(([key, of]) => [key, fc.option(of)]);
  return fc
    .tuple(
      fc.dictionary(fc.stringMatching(/^x-[a-z]{1,8}$/), json, { maxKeys: 2 }),
      fc.record(required),
      fc.record(Object.fromEntries(orNull), { requiredKeys: [] }),
    )
    .map((parts) => Object.assign({}, ...parts));
}

function message(
  type: string,
  data: fc.Arbitrary<object>,
): fc.Arbitrary<{ readonly type: string }> {
  const head = {
    specversion: fc.constant('1.0'),
    id: name,
    source: name,
    subject: consentId,
    time,
  };
  return fields({ ...head, data }, {}).map((rest) => ({
    ...rest,
    type: `consent-lifecycle.${type}.v1`,
  }));
}

const bank = fields(
  { id: name },
  { timeZone: fc.string(), unattendedCallsPerDayMax: fc.integer({ min: 1, max: 1_000 }) },
);
const call = fields(
  { operation: name },
  {
    accountId: name,
    parameters: fc.dictionary(fc.string(), json),
    instructionId: name,
    attended: fc.boolean(),
  },
);
const response = fields(
  { status: fc.integer({ min: 100, max: 599 }) },
  { headers: fc.dictionary(fc.string(), fc.oneof(word, fc.array(word))), body: json },
);
const failure = fc.constantFrom('timeout', 'connection');

export const arbitraryResult: fc.Arbitrary<{ readonly type: string }> = fc.oneof(
  message(
    'bank-call.completed',
    fields(
      { provider, call, response: fc.option(response) },
      {
        bank,
        usedTokenFingerprint: fc.stringMatching(/^sha256:[A-Za-z0-9_-]{43}$/),
        requestId: name,
        failure,
      },
    ),
  ),
  message(
    'consent.granted',
    fields(
      { provider },
      {
        bank,
        consentToken: fc.string({ unit: 'binary' }),
        validUntil: time,
        supersedes: consentId,
      },
    ),
  ),
  message('consent.withdrawn', fields({ by: fc.constantFrom('psu', 'tpp') }, {})),
  message('consent.replaced', fields({ by: consentId }, {})),
);
