import { describe, expect, it } from 'vitest';
import { outgoing } from '../../shared/messages/cloud-event.ts';
import { noticeMessage } from '../../shared/messages/notices.ts';
import { complaintAbout } from '../../tools/smoke/probe.ts';

const PROBE = 'smoke-1';
const STATE = { ref: 'abc', version: 1, generation: 1 } as const;
const NOTICE = {
  id: 'abc.g1.action-required.CONSENT.PERMISSION_DENIED',
  consentId: PROBE,
  at: 0,
  generation: 1,
  sequence: 1,
  body: {
    type: 'consent.action-required',
    reason: 'CONSENT.PERMISSION_DENIED',
    action: 'CONSENT.PERMISSION_DENIED',
  },
} as const;

describe('the notice of a smoke test', () => {
  it('is right when it tells of the decision that stands in the table', () => {
    expect(complaintAbout(noticeMessage(NOTICE), PROBE, STATE)).toBeUndefined();
  });

  it.each([
    [{ consentId: 'smoke-2' }, 'subject "smoke-2"; expected "smoke-1"'],
    [{ sequence: 2 }, 'sequence "2"; expected "1"'],
    [
      { id: 'abc.g2.action-required.CONSENT.PERMISSION_DENIED' },
      'id "abc.g2.action-required.CONSENT.PERMISSION_DENIED"; ' +
        'expected "abc.g1.action-required.CONSENT.PERMISSION_DENIED"',
    ],
    [
      { body: { ...NOTICE.body, action: 'NO_CALLER' } },
      'action "NO_CALLER"; expected "CONSENT.PERMISSION_DENIED"',
    ],
  ] as const)('is complained of where it says %j', (other, complaint) => {
    const notice = noticeMessage({ ...NOTICE, ...other });

    expect(complaintAbout(notice, PROBE, STATE)).toBe(complaint);
  });

  it('is complained of when it is of another type', () => {
    const other = outgoing('consent.expiring', NOTICE, {});

    expect(complaintAbout(other, PROBE, STATE)).toBe(
      'type "consent-lifecycle.consent.expiring.v1" is unknown; ' +
        'known: consent-lifecycle.consent.action-required.v1',
    );
  });
});
