/** `forget`, against the local AWS and what the worker itself has left there. */
import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stateKeyOf } from '../../../shared/store/consent-item.ts';
import { answered, granted, klarnaError, success } from '../../support/local-messages.ts';
import { type LocalStory, startLocalStory } from '../../support/local-story.ts';
import { localEnv, type Ran, runOps } from './run-ops.ts';

const START = '2026-11-23T07:00:00Z';
const TOKEN = 'canary-token-of-the-bank';

let story: LocalStory;

beforeAll(async () => {
  story = await startLocalStory(START);
});
afterAll(() => story.stop());

function local(...args: readonly string[]): Promise<Ran> {
  return runOps([...args, '--local'], localEnv(story.local.url));
}

describe('forget', () => {
  const LIST = { accounts: [{ id: 'acc-1', iban: 'DE02120300000000202051' }] };
  const lifeOf = (consentId: string) => [
    granted(consentId, '2026-11-23T07:21:00Z', {
      consentToken: `${TOKEN}-1`,
      validUntil: '2027-05-01T00:00:00Z',
    }),
    answered(consentId, '2026-11-23T07:22:00Z', success(`${TOKEN}-2`, LIST), {
      used: `${TOKEN}-1`,
    }),
    answered(consentId, '2026-11-23T07:23:00Z', klarnaError('CONSENT.EXPIRED'), {
      used: `${TOKEN}-2`,
    }),
  ];

  it('says first what it would do, and does nothing', async () => {
    await story.happens(...lifeOf('looked-at'));
    const before = await story.state('looked-at');

    const { code, out } = await local('forget', 'looked-at');

    expect([code, out]).toEqual([
      0,
      [
        'looked-at: would be forgotten (--apply does it)',
        '  the timer is removed from the schedule group',
        '  STATE (suspect) is replaced by an end on our own side; nobody is told',
        expect.stringMatching(/^ {2}ACCOUNTS/),
        '  HISTORY is deleted',
        '  not reached: messages in queues, dead letters, logs, recovery points of the table',
      ],
    ]);
    expect(await story.state('looked-at')).toEqual(before);
  });

  it('leaves an end and nothing else, which a late result does not undo', async () => {
    await story.happens(...lifeOf('erased'));

    const { code, out, err } = await local('forget', 'erased', '--apply');
    await story.happens(
      answered('erased', '2026-11-23T07:24:00Z', success(`${TOKEN}-3`, LIST), {
        used: `${TOKEN}-2`,
      }),
    );

    expect([code, err]).toEqual([0, []]);
    expect(out.join()).not.toContain(TOKEN);
    expect(await story.timers('erased')).toEqual([]);
    expect(await story.item('erased', 'HISTORY')).toBeUndefined();
    expect(await story.item('erased', 'ACCOUNTS')).toBeUndefined();
    expect(await story.state('erased')).toMatchObject({
      status: 'terminatedByTpp',
      end: { by: 'tpp' },
      generation: 1,
      lineage: [],
      strikes: [],
      bank: {},
    });
    expect(JSON.stringify(await story.state('erased'))).not.toContain(TOKEN);
  });

  it('is done once: a second run finds it done, and a newer grant begins a new life', async () => {
    await story.happens(...lifeOf('erased-twice'));
    await local('forget', 'erased-twice', '--apply');
    const left = await story.state('erased-twice');
    const why = await local('why', 'erased-twice');

    const again = await local('forget', 'erased-twice', '--apply', '--json');
    const same = await story.state('erased-twice');
    await story.happens(
      granted('erased-twice', '2026-11-24T07:00:00Z', { consentToken: `${TOKEN}-9` }),
    );

    expect(again.code).toBe(0);
    expect(JSON.parse(again.out.join())).toMatchObject({
      applied: true,
      steps: ['STATE: forgotten before', 'ACCOUNTS: there is none', 'HISTORY: there is none'],
    });
    expect(same).toEqual(left);
    expect(why.out[0]).toBe('it was forgotten: what led to this has been erased');
    expect(await story.state('erased-twice')).toMatchObject({ status: 'valid', generation: 2 });
  });

  it('leaves an end also where only the list and the history were left', async () => {
    await story.happens(...lifeOf('half-gone'));
    const dynamo = new DynamoDBClient(story.local.client);
    const Key = stateKeyOf('half-gone');
    await dynamo.send(new DeleteItemCommand({ TableName: 'consents', Key }));

    const { code, out } = await local('forget', 'half-gone', '--apply');
    await story.send(answered('half-gone', '2026-11-23T07:24:00Z', success(`${TOKEN}-3`, LIST)));

    expect(code).toBe(0);
    expect(out).toContain('  STATE: there is none; an end on our own side takes its place');
    expect(await story.state('half-gone')).toMatchObject({ status: 'terminatedByTpp' });
    expect(await story.item('half-gone', 'HISTORY')).toBeUndefined();
    expect(await story.item('half-gone', 'ACCOUNTS')).toBeUndefined();
  });

  it('of nobody is nothing', async () => {
    expect(await local('forget', 'nobody', '--apply')).toEqual({
      code: 1,
      out: [],
      err: ['consent "nobody" is unknown: there is nothing to forget'],
    });
  });
});
