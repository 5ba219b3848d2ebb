/** What is found in a table that is not as the operator, or this version, expects it. */
import { DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Consent } from '../../../shared/consent/consent.ts';
import { DAY, HOUR, MINUTE } from '../../../shared/consent/instant.ts';
import { refOf } from '../../../shared/intake/names.ts';
import { stateKeyOf, toItem } from '../../../shared/store/consent-item.ts';
import type { LocalAws } from '../../../tools/local/local-aws.ts';
import { aConsent } from '../../support/a-consent.ts';
import { startScriptedAws } from '../../support/scripted-aws.ts';
import { answer } from '../../support/story.ts';
import { playedBy } from './histories.ts';
import { localEnv, type Ran, runOps } from './run-ops.ts';

const START = Date.parse('2026-11-23T08:00:00Z');

let local: LocalAws;
let dynamo: DynamoDBClient;

beforeAll(async () => {
  local = await startScriptedAws({ clockStart: START });
  dynamo = new DynamoDBClient(local.client);
});
afterAll(() => local.stop());

function run(...args: readonly string[]): Promise<Ran> {
  return runOps([...args, '--local'], localEnv(local.url));
}

async function put(fields: Partial<Consent>): Promise<void> {
  const Item = toItem({ consent: aConsent(fields), outbox: [], now: START - DAY }, 'first');
  await dynamo.send(new PutItemCommand({ TableName: 'consents', Item }));
}

/** As an edit by hand would. */
async function spoil(consentId: string): Promise<void> {
  await dynamo.send(
    new UpdateItemCommand({
      TableName: 'consents',
      Key: stateKeyOf(consentId),
      UpdateExpression: 'SET generation = :odd',
      ExpressionAttributeValues: { ':odd': { S: 'many' } },
    }),
  );
}

describe('an item that this version cannot read', () => {
  it('is named, and the others are listed', async () => {
    const Item = { ...stateKeyOf('odd'), status: { S: 'unheard-of' } };
    await dynamo.send(new PutItemCommand({ TableName: 'consents', Item }));
    await put({ consentId: 'even' });

    const { code, out, err } = await run('list');
    const shown = await run('why', 'odd');

    expect(code).toBe(1);
    expect(out.some((line) => line.startsWith('even\tvalid'))).toBe(true);
    expect(err[0]).toBe('item "CONSENT#odd" is not read; expected what this version writes');
    expect(shown).toEqual({
      code: 1,
      out: [],
      err: [expect.stringMatching(/^ImpossibleItem: item "CONSENT#odd" cannot be read: /)],
    });
  });
});

describe('an item among others that this version cannot read', () => {
  const BANK = { id: 'bank-with-one-odd' };

  it.each(['owed', 'waiting'])('is named by %s, holds up nobody, and makes 1', async (verb) => {
    const { consent } = playedBy([answer('2026-11-23T08:00Z', 'CONSENT.EXPIRED')]);
    const due = { ...consent, timer: { number: 1, dueAt: START - MINUTE } };
    await put({ ...due, consentId: 'just-due', ref: refOf('just-due') });
    await put({ ...due, consentId: 'odd-and-due' });
    await spoil('odd-and-due');

    const { code, out, err } = await run(verb);

    expect(code).toBe(1);
    expect(out.some((line) => line.startsWith('just-due\t'))).toBe(true);
    expect(err).toContainEqual(
      expect.stringMatching(/^ImpossibleItem: item "CONSENT#odd-and-due" cannot be read: /),
    );
  });

  it('is shown as it stands, also with what is no date', async () => {
    await put({ consentId: 'edited' });
    await dynamo.send(
      new UpdateItemCommand({
        TableName: 'consents',
        Key: stateKeyOf('edited'),
        UpdateExpression: 'SET grantedAt = :late, lastSuccessAt = :later, evidenceAt = :noon',
        ExpressionAttributeValues: {
          ':late': { N: '9000000000000000' },
          ':later': { N: '900000000000000000000' },
          ':noon': { N: String(START) },
        },
      }),
    );

    const { code, out } = await run('show', 'edited', '--json');

    expect(code).toBe(0);
    expect(JSON.parse(out.join())).toMatchObject({
      grantedAt: 9_000_000_000_000_000,
      lastSuccessAt: '900000000000000000000',
      evidenceAt: '2026-11-23T08:00:00.000Z',
    });
  });

  it('is named by release, which tells the others', async () => {
    const held = { since: START, until: START + DAY };
    await put({ consentId: 'odd-and-held', bank: BANK, held });
    await put({ consentId: 'held', bank: BANK, held });
    await spoil('odd-and-held');

    const { code, out, err } = await run('release', BANK.id, '--apply', '--json');

    expect(code).toBe(1);
    expect(JSON.parse(out.join())).toMatchObject({ applied: true, consents: 1, held: 1 });
    expect(err[0]).toBe('item "CONSENT#odd-and-held" is not read; run `show`');
  });
});

describe('a bank that nobody has a consent of', () => {
  it.each(['hold', 'release'])('is said to be none by %s', async (verb) => {
    const { code, err } = await run(verb, 'misspelt', '--apply');

    expect([code, err.at(-1)]).toEqual([
      1,
      'no consent of bank "misspelt" is stored; see the names in ops list',
    ]);
  });
});

describe('a held end', () => {
  it('is listed with its date', async () => {
    const held = { since: START, until: START + 72 * HOUR };
    await put({ consentId: 'waits-for-us', bank: { id: 'one-held' }, held });

    const { out } = await run('list', '--bank', 'one-held');
    const json = await run('list', '--bank', 'one-held', '--json');

    expect(out[0]).toContain('\tend held until 2026-11-26T08:00:00.000Z');
    expect(JSON.parse(json.out.join())).toMatchObject({ heldUntil: '2026-11-26T08:00:00.000Z' });
  });
});
