/**
 * A worker that dies in the middle loses nothing and decides nothing twice: it dies at each AWS
 * call of an ending in turn, the message comes again, and each time the consent, its timer and what
 * subscribers heard come out the same.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answered, batchOf, type CloudEvent, granted, printed } from '../support/local-messages.ts';
import { type LocalStory, startLocalStory } from '../support/local-story.ts';

const EXPIRED = printed('klarna-consent/consent-expired');
const DYING = new URL('../support/functions/dying.ts', import.meta.url);

/** An ending's calls: a read, two for the brake, a write, six effects, a write that clears. */
const CALLS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

let story: LocalStory;

beforeAll(async () => {
  story = await startLocalStory('2026-11-23T09:00:00Z', {
    functions: { 'bank-call-results': DYING },
  });
});
afterAll(() => story.stop());

/** The message that ends a consent which has one strike, and kills the worker at this call. */
async function finalStrike(consentId: string, call: number): Promise<CloudEvent> {
  await story.send(
    granted(consentId, '2026-11-22T10:00:00Z', { consentToken: 't0' }),
    answered(consentId, '2026-11-23T08:00:00Z', EXPIRED, { used: 't0' }),
  );
  const id = `dies-at-${call}`;
  return answered(consentId, '2026-11-23T08:40:00Z', EXPIRED, { id, used: 't0' });
}

async function deliver(message: CloudEvent, receiveCount: number): Promise<unknown> {
  const { functions, clock } = story.local;
  return functions['bank-call-results'].invoke(batchOf([message], clock.now(), receiveCount));
}

async function expectEndedOnce(consentId: string): Promise<void> {
  const state = await story.state(consentId);
  const notices = await story.notices(consentId);
  const heard = new Set(notices.map(({ id }) => id.slice(id.indexOf('.') + 1)));

  expect(state).toMatchObject({ status: 'expired', version: 3, remembered: 3, outbox: [] });
  expect(state).not.toHaveProperty('token');
  expect([...heard].sort()).toEqual(['g1.purged.3', 'g1.required', 'g1.status-changed.3']);
  expect(await story.timers(consentId)).toEqual([]);
  expect(await story.item(consentId, 'HISTORY')).toMatchObject({
    e02: { from: 'suspect', to: 'expired' },
  });
}

describe('a worker that dies', () => {
  it.each(CALLS)(
    'at call %i of an ending has lost nothing when the message comes again',
    async (call) => {
      const consentId = `consent-${call}`;
      const message = await finalStrike(consentId, call);

      await expect(deliver(message, 1)).rejects.toThrow('ended (exit code 1)');
      const again = await deliver(message, 2);

      expect(again).toEqual({ batchItemFailures: [] });
      await expectEndedOnce(consentId);
    },
  );

  it('would have died at every call that an ending makes', async () => {
    const message = await finalStrike('consent-undisturbed', CALLS.length + 1);

    const answer = await deliver(message, 1);

    expect(answer).toEqual({ batchItemFailures: [] });
    await expectEndedOnce('consent-undisturbed');
  });

  it('is given the message again by the queue', async () => {
    const message = await finalStrike('consent-queued', 5);

    await story.send(message);

    expect(story.printed).toContainEqual(
      expect.stringContaining('bank-call-results: a batch of 1 failed'),
    );
    await expectEndedOnce('consent-queued');
    expect(await story.deadLetters()).toEqual([]);
  });
});
