/**
 * The schemas of docs/contracts say what the worker reads: they agree with it on whatever may come,
 * but for what a schema cannot say, and that is listed here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readResult } from '../../shared/intake/read-result.ts';
import { CONTRACTS, type Contract } from '../../tools/docs/contracts.ts';
import { exampleOf } from '../../tools/docs/examples.ts';
import { FIELD_WORDS, wordsFor } from '../../tools/docs/field-words.ts';
import { GRANTED, withField } from '../messages/sample-messages.ts';
import { arbitraryResult } from '../support/arbitrary-result.ts';
import { schemaOf, validatorOf } from '../support/message-schemas.ts';

const AT = Date.parse('2027-01-01T00:00:00Z');
const VALIDATORS = new Map(CONTRACTS.map(({ name }) => [name, validatorOf(name)]));
const [COMPLETED] = CONTRACTS;

function isTaken(contract: Contract | undefined, json: unknown): boolean {
  if (contract?.channel !== 'bank-call-results')
    return contract?.schema.safeParse(json).success === true;
  return (
    readResult({ messageId: 'm', body: JSON.stringify(json), sentAt: AT }, AT).kind === 'event'
  );
}

function isValid(contract: Contract | undefined, json: unknown): boolean {
  const validate = VALIDATORS.get(contract?.name ?? '');
  if (validate === undefined) throw new Error(`no schema of ${contract?.name}`);
  // As it arrives: without `undefined` and the like.
  return validate(JSON.parse(JSON.stringify(json)));
}

/** Every place in the message, as `data.bank.id`. */
function pathsIn(value: unknown, path = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, one]) =>
    pathsIn(one, path === '' ? key : `${path}.${key}`),
  );
  return path === '' ? inner : [path, ...inner];
}

const NEARLY_RIGHT: readonly unknown[] = [
  ...[undefined, null, '', 'a\u0000b', '\u007F', '\u0085', '\u009F', '\uFFFE', '\uFFFF', [], {}],
  ...[64, 65, 256, 257, 1_000, 1_001].map((length) => 'x'.repeat(length)),
  ...['2027-01-01T00:00:00Z', '2028-02-29T23:59:59.123456789-12:30', '2027-02-29T00:00:00Z'],
  ...['2027-01-01', '2027-01-01T00:00:00', '2027-01-01T23:59:60Z', '2027-01-01t00:00:00z'],
  ...['2027-01-01T00:00:00+02', '2027-01-01 00:00:00Z', '+02027-01-01T00:00:00Z'],
  ...[`sha256:${'Z'.repeat(43)}`, `sha256:${'Z'.repeat(44)}`, 'timeout', 'psu', 'keybank'],
  ...['CONSENT', 'NO_CALLER', 'valid', 'suspect', 'validUntil', true, 1.5, 1e300],
  ...[-1, 0, 1, 99, 100, 599, 600, 1_000, 1_001],
  ...[
    { status: 204, headers: null },
    { status: 204, headers: { a: [1, 'b'], c: true } },
  ],
  ...[
    { status: 204, headers: { a: null } },
    { status: 204, headers: { a: [[]] } },
  ],
  ...[{ id: 'b' }, { id: null }, { id: 'b', timeZone: null }, { operation: 'o' }],
  ...[{ operation: 'o', parameters: null, attended: null }, { operation: null }],
];

describe('docs/contracts', () => {
  it('has a schema for each message, and none that does not exist', () => {
    const files = readdirSync(new URL('../../docs/contracts/schemas', import.meta.url));

    expect(files.toSorted()).toEqual(CONTRACTS.map(({ name }) => `${name}.v1.json`).toSorted());
  });

  it('leaves out no message but that of our own timers', () => {
    const folder = new URL('../../shared/messages/', import.meta.url);
    const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));

    const names = sources.flatMap((text) =>
      [...text.matchAll(/\bmessage\(\s*'([^']+)'/g)].map(([, name]) => name),
    );

    expect(names.toSorted()).toEqual(
      [...CONTRACTS.map(({ name }) => name), 'timer.due'].toSorted(),
    );
  });

  it.each(CONTRACTS)(
    'has the example of the page in the schema of $name, and it is valid',
    (one) => {
      const example = exampleOf(one.name);

      expect(schemaOf(one.name).examples).toEqual([example]);
      expect([isValid(one, example), isTaken(one, example)]).toEqual([true, true]);
    },
  );

  it('says nothing of a field that no message has, and refuses one of which nothing is said', () => {
    const printed = CONTRACTS.map(({ name }) => JSON.stringify(schemaOf(name))).join('\n');

    const unused = Object.entries(FIELD_WORDS).filter(
      ([, words]) => !printed.includes(`"description":${JSON.stringify(words)}`),
    );

    expect(unused).toEqual([]);
    if (COMPLETED === undefined) throw new Error('no contract');
    expect(() => wordsFor(COMPLETED, 'data.unheard')).toThrow(
      '"data.unheard" of bank-call.completed has no',
    );
  });

  it('has patterns that every language takes', () => {
    const patterns = CONTRACTS.flatMap(({ name }) =>
      [...JSON.stringify(schemaOf(name)).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map(
        ([, text = '']): string => JSON.parse(text),
      ),
    );

    expect(patterns.length).toBeGreaterThan(CONTRACTS.length);
    expect(patterns.filter((pattern) => /\\[^d.]|\(\?[^:]/.test(pattern))).toEqual([]);
  });
});

describe('a schema', () => {
  it('takes whatever the worker takes', () => {
    fc.assert(
      fc.property(arbitraryResult, (message) => {
        const contract = CONTRACTS.find(({ name }) => message.type.includes(`.${name}.`));
        fc.pre(isTaken(contract, message));

        expect(isValid(contract, message)).toBe(true);
      }),
    );
  });

  it.each(CONTRACTS)('agrees with the worker on whatever comes: $name', (contract) => {
    const example = exampleOf(contract.name);
    const path = fc.constantFrom(...pathsIn(example), 'extra', 'data.extra');

    fc.assert(
      fc.property(path, fc.jsonValue({ maxDepth: 3 }), (changed, value) => {
        const message = withField(example, changed, value);

        expect(isValid(contract, message)).toBe(isTaken(contract, message));
      }),
    );
  });

  it.each(CONTRACTS)('agrees with the worker on what is nearly right: $name', (contract) => {
    const example = exampleOf(contract.name);

    const disputed = pathsIn(example).flatMap((path) =>
      NEARLY_RIGHT.map((value) => ({ path, value })).filter((one) => {
        const message = withField(example, one.path, one.value);
        return isValid(contract, message) !== isTaken(contract, message);
      }),
    );

    expect(disputed).toEqual([]);
  });

  it('wants a failure where there is no response', () => {
    const silent = withField(exampleOf('bank-call.completed'), 'data.response', null);
    const failed = ['timeout', 'connection', null, undefined, 'gone'].map((failure) =>
      withField(silent, 'data.failure', failure),
    );

    expect(failed.map((one) => isValid(COMPLETED, one))).toEqual([true, true, false, false, false]);
    expect(failed.map((one) => isTaken(COMPLETED, one))).toEqual([true, true, false, false, false]);
  });

  it('knows how long a token may be', () => {
    const [, granted] = CONTRACTS;
    const tokens = ['', 'x'.repeat(32_768), 'x'.repeat(32_769)];

    const grants = tokens.map((token) => withField(GRANTED, 'data.consentToken', token));

    expect(grants.map((one) => isValid(granted, one))).toEqual([true, true, false]);
    expect(grants.map((one) => isTaken(granted, one))).toEqual([true, true, false]);
  });

  it.each([
    ['bytes of a consentId', 'subject', 'é'.repeat(501)],
    ['bytes of a name', 'id', 'é'.repeat(129)],
    ['halves of characters', 'data.bank.id', 'half \ud800'],
    ['bytes of parameters', 'data.call.parameters', { text: 'x'.repeat(1_024) }],
    ['levels of parameters', 'data.call.parameters', { 1: [[[[[[[['level 9']]]]]]]] }],
    ['years that only an offset reaches', 'time', '9999-12-31T23:59:59-01:00'],
  ])('cannot see %s, which its words tell', (_, path, value) => {
    const message = withField(exampleOf('bank-call.completed'), path, value);

    expect([isValid(COMPLETED, message), isTaken(COMPLETED, message)]).toEqual([true, false]);
  });
});
