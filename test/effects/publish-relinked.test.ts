/** What came of purged accounts is told from the lists that the cache has. (rule 11) */
import { describe, expect, it } from 'vitest';
import { identitiesOf } from '../../shared/consent/account-identity.ts';
import { DAY } from '../../shared/consent/instant.ts';
import { publishNotice } from '../../shared/effects/publish-notice.ts';
import type { CachedAccounts } from '../../shared/lifecycle/ports.ts';
import { NOTICES } from '../../shared/messages/notices.ts';
import { MemoryAccountCache } from '../../shared/store/memory-account-cache.ts';
import { recordedAws } from './recorded-aws.ts';
import { NOW, RELINKED } from './sample-effects.ts';

const IBAN = 'DE02120300000000202051';
const BEFORE = [{ id: 'acc-1', iban: IBAN }, { id: 'acc-2' }];
const PURGED = NOW - DAY;
const TOPICS = {
  reConsentTopicArn: 'arn:aws:sns:eu-central-1:1:re-consent',
  consentNoticesTopicArn: 'arn:aws:sns:eu-central-1:1:consent-notices',
};
const FIRST: CachedAccounts = {
  consentId: RELINKED.notice.consentId,
  at: NOW,
  accounts: [{ id: 'acc-7', iban: IBAN }, { id: 'acc-8' }],
  relinkFrom: PURGED,
};

/** What is published when these lists have come, in this order. */
async function published(...lists: readonly CachedAccounts[]) {
  const { sns, sent } = recordedAws();
  const accounts = new MemoryAccountCache();
  for (const list of lists) await accounts.put(list);
  await publishNotice(RELINKED, { sns, ...TOPICS, accounts });
  return sent.map(({ body }) => body);
}

function listOf(at: number, list: CachedAccounts['accounts']): CachedAccounts {
  return { consentId: FIRST.consentId, at, accounts: list };
}

function dataIn(notice: Awaited<ReturnType<typeof published>>[number] | undefined) {
  return NOTICES['account-cache.relinked'].parse(JSON.parse(String(notice?.Message))).data;
}

describe('a notice of what came of purged accounts', () => {
  it('is filled in from the lists, and names nobody by an IBAN', async () => {
    const [notice] = await published(listOf(PURGED - 1, BEFORE), FIRST);

    expect(dataIn(notice)).toMatchObject({
      before: PURGED,
      listedAt: NOW,
      cameBack: [{ accountId: 'acc-7', previousAccountId: 'acc-1' }],
      new: ['acc-8'],
      noLongerGranted: ['acc-2'],
    });
    expect(notice?.Message).not.toContain(IBAN);
    expect(notice?.Message).not.toContain(identitiesOf(BEFORE)[0]?.identity);
    expect(notice).toMatchObject({
      TopicArn: TOPICS.consentNoticesTopicArn,
      'MessageAttributes.entry.1.Value.StringValue': 'account-cache.relinked',
    });
  });

  it('tells of the newest list, if another has come by then', async () => {
    const later = listOf(NOW + 1, [{ id: 'acc-9', iban: IBAN }]);

    const [notice] = await published(listOf(PURGED - 1, BEFORE), FIRST, later);

    expect(dataIn(notice)).toMatchObject({
      listedAt: NOW + 1,
      cameBack: [{ accountId: 'acc-9', previousAccountId: 'acc-1' }],
    });
  });

  const escaped = (letter: string) =>
    Array.from({ length: 250 }, (_none, n) => ({ id: `${'<'.repeat(100)}${letter}${n}` }));

  it.each([
    ['is no list', []],
    ['was no list before', [FIRST]],
    ['was no list that told of this purge', [listOf(PURGED - 1, BEFORE), listOf(NOW, BEFORE)]],
    [
      'was none that told of this purge, but of another',
      [listOf(PURGED - 2, BEFORE), { ...FIRST, relinkFrom: PURGED + 1 }],
    ],
    [
      'is more to say than SNS takes',
      [listOf(PURGED - 1, escaped('a')), { ...FIRST, accounts: escaped('b') }],
    ],
  ])('is not published where there %s', async (_what, lists) => {
    expect(await published(...lists)).toHaveLength(0);
  });
});
