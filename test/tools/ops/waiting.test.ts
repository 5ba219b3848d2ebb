/** For what the calls of a consent wait, and until when. */
import { describe, expect, it } from 'vitest';
import { waitsOf } from '../../../tools/ops/waiting.ts';
import { answer, itsTimer, type Step } from '../../support/story.ts';
import { playedBy } from './histories.ts';

const FAILED = answer('2026-11-23T08:00Z', 'BANK.TECHNICAL', { operation: 'balances' });
const STRIKE = answer('2026-11-23T08:10Z', 'CONSENT.EXPIRED', { operation: 'transactions' });

function waits(...steps: readonly Step[]): readonly object[] {
  const told = waitsOf(playedBy(steps).consent);
  return told.map(({ consentId: _, status: _status, requestId: _id, ...rest }) => rest);
}

describe('a call that waits', () => {
  it('for its time', () => {
    expect(waits(FAILED)).toEqual([
      {
        operation: 'balances',
        reason: 'retry',
        for: 'its time',
        until: '2026-11-23T08:30:00.000Z',
      },
    ]);
  });

  it('for the answer to its request, for a day', () => {
    expect(waits(FAILED, itsTimer())).toMatchObject([
      { for: 'answer', until: '2026-11-24T08:30:00.000Z' },
    ]);
  });

  it('for the confirmation of a suspicion, which waits for its own time', () => {
    expect(waits(FAILED, STRIKE)).toMatchObject([
      { operation: 'transactions', for: 'its time', until: '2026-11-24T08:30:00.000Z' },
      { operation: 'balances', for: 'confirmation' },
    ]);
  });

  it('for a fresh account list', () => {
    const gone = answer('2026-11-23T08:00Z', 'CONSENT.RESOURCE_NOT_GRANTED', {
      operation: 'balances',
      accountId: 'acc-1',
    });

    expect(waits(gone)).toContainEqual(
      expect.objectContaining({ operation: 'balances', for: 'accounts' }),
    );
  });
});
