/**
 * No secret travels (rule 18): a story with every way for a token to come in is played, and then no
 * token is found in anything that leaves the worker or is written down about it. The state item is
 * where tokens stand, and an ended consent keeps none.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answered,
  type BankResponse,
  granted,
  klarnaError,
  message,
  success,
} from '../support/local-messages.ts';
import { type LocalStory, startLocalStory } from '../support/local-story.ts';

const TELLING = new URL('../support/functions/telling-timers.ts', import.meta.url);

/** In every token, and nowhere else. */
const CANARY = 'canary';
const CONSENTS = ['alive', 'ended', 'withdrawn', 'new', 'poisoned'] as const;

let story: LocalStory;

beforeAll(async () => {
  story = await startLocalStory('2026-11-23T06:00:00Z', { functions: { 'due-timers': TELLING } });
  await playAlive();
  await playEnded();
  await playReplaced();
  await playPoison();
});
afterAll(() => story.stop());

/** Says the token wherever a careless bank might. */
function careless(response: BankResponse): BankResponse {
  const { error, ...rest }: Record<string, unknown> = JSON.parse(JSON.stringify(response.body));
  const message = `${CANARY}-in-text is not the latest token`;
  const loud = { ...Object(error), message, errors: [{ message, location: 'authorization' }] };
  return {
    ...response,
    headers: { 'x-echo': `${CANARY}-in-header` },
    body: { ...rest, error: loud },
  };
}

async function playAlive(): Promise<void> {
  const transfer = { transfer_token: `${CANARY}-transfer`, consent_token: `${CANARY}-a2` };
  await story.happens(
    granted('alive', '2026-11-23T07:00:00Z', { consentToken: `${CANARY}-a0` }),
    answered('alive', '2026-11-23T07:10:00Z', success(`${CANARY}-a1`), { used: `${CANARY}-a0` }),
    answered(
      'alive',
      '2026-11-23T07:20:00Z',
      { status: 200, headers: {}, body: { data: transfer } },
      { operation: 'transfer', instructionId: 'instruction-1', used: `${CANARY}-a1` },
    ),
    // A lost race asks for the call at once, a suspicion for the confirming call in a day.
    answered('alive', '2026-11-23T07:20:01Z', careless(klarnaError('CONSENT.REVOKED')), {
      operation: 'balances',
      used: `${CANARY}-a1`,
    }),
    answered(
      'alive',
      '2026-11-23T07:30:00Z',
      careless(klarnaError('CONSENT.EXPIRED', `${CANARY}-a3`)),
      { used: `${CANARY}-a2` },
    ),
  );
}

async function playEnded(): Promise<void> {
  const expired = careless(klarnaError('CONSENT.EXPIRED'));
  await story.happens(
    granted('ended', '2026-11-23T07:40:00Z', { consentToken: `${CANARY}-e0` }),
    answered('ended', '2026-11-23T08:00:00Z', expired, { used: `${CANARY}-e0` }),
    answered('ended', '2026-11-23T08:40:00Z', expired, { used: `${CANARY}-e0` }),
  );
}

async function playReplaced(): Promise<void> {
  await story.happens(
    granted('withdrawn', '2026-11-23T09:00:00Z', { consentToken: `${CANARY}-w0` }),
    message('consent.withdrawn', 'withdrawn', '2026-11-23T09:10:00Z', { by: 'tpp' }),
    granted('new', '2026-11-23T09:20:00Z', {
      consentToken: `${CANARY}-n0`,
      validUntil: '2027-05-21T00:00:00Z',
      supersedes: 'poisoned',
    }),
  );
}

/** Messages that cannot be read, with tokens in every corner; then the timers of a day. */
async function playPoison(): Promise<void> {
  const readable = answered('poisoned-2', '2026-11-23T09:30:00Z', success(`${CANARY}-p0`));
  const withData = (data: object) => ({ ...readable, data: { ...readable.data, ...data } });
  await story.send(
    { ...readable, type: `consent-lifecycle.bank-call.failed.v1` },
    withData({ provider: 'nobody' }),
    withData({ usedTokenFingerprint: `${CANARY}-as-fingerprint` }),
    withData({ response: { status: 200, headers: { token: [`${CANARY}-h`, {}] }, body: '' } }),
    withData({ call: { operation: 'accounts', parameters: `${CANARY}-as-parameters` } }),
    granted('poisoned-2', '2026-11-23T09:31:00Z', { consentToken: [`${CANARY}-in-list`] }),
    `{"consent_token": "${CANARY}-not-json`,
  );
  await story.until('2026-11-24T08:00:00Z');
}

describe('rule 18: no token', () => {
  it('is missing from the story: they are in the table while the consent lives', async () => {
    expect(await story.state('alive')).toMatchObject({
      status: 'suspect',
      token: `${CANARY}-a3`,
      transfers: [{ token: `${CANARY}-transfer` }],
    });
    expect(await story.state('new')).toMatchObject({ status: 'valid', token: `${CANARY}-n0` });
    expect(await story.state('poisoned-2')).toMatchObject({ token: `${CANARY}-p0` });
  });

  it.each(['ended', 'withdrawn', 'poisoned'])('is kept for the consent "%s"', async (id) => {
    const state = await story.state(id);

    expect(state).toHaveProperty('end');
    expect(JSON.stringify(state)).not.toContain(CANARY);
  });

  it('is in a request, a notice, or their attributes', async () => {
    const outgoing = await story.outgoing();

    const types = ['bank-call.requested', 'reconsent.required', 'status-changed', 'purged'];
    for (const type of types) expect(outgoing.join('\n')).toContain(type);
    expect(outgoing.filter((text) => text.includes(CANARY))).toEqual([]);
  });

  it('is in a schedule, or in what the timers brought', async () => {
    const waiting = await Promise.all(CONSENTS.map((id) => story.timers(id)));
    const brought = story.printed.filter((line) => line.startsWith('due-timers brought'));

    expect(waiting.flat().length).toBeGreaterThan(0);
    expect(brought.length).toBeGreaterThan(0);
    expect(JSON.stringify([waiting, brought])).not.toContain(CANARY);
  });

  it('is in the history or the account cache', async () => {
    const history = await Promise.all(CONSENTS.map((id) => story.item(id, 'HISTORY')));
    const accounts = await Promise.all(CONSENTS.map((id) => story.item(id, 'ACCOUNTS')));

    expect(history).toHaveLength(CONSENTS.length);
    expect(history).not.toContain(undefined);
    expect(JSON.stringify([history, accounts])).not.toContain(CANARY);
  });

  it('is in a line of the log, though unreadable messages are spoken of', () => {
    const lines = story.printed.filter((line) => line.includes('unreadable'));

    expect(lines.length).toBeGreaterThanOrEqual(7);
    expect(story.printed.filter((line) => line.includes(CANARY))).toEqual([]);
  });

  it('is in the reason of a dead letter, whose body has it still', async () => {
    const dead = await story.deadLetters();

    expect(dead).toHaveLength(7);
    expect(dead.every(({ body }) => body.includes(CANARY))).toBe(true);
    expect(dead.filter(({ reason = '' }) => reason.includes(CANARY))).toEqual([]);
  });

  it('is shown to whoever asks for a consent', async () => {
    const shown = await fetch(`${story.local.url}/_local/consents/alive`);

    const text = await shown.text();
    expect(text).toContain('[redacted]');
    expect(text).not.toContain(CANARY);
  });
});
