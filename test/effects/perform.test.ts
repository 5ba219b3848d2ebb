import { describe, expect, it } from 'vitest';
import { expiryOf } from '../../shared/consent/retention.ts';
import { messageGroupOf } from '../../shared/effects/message-group.ts';
import { performWith } from '../../shared/effects/perform.ts';
import { requestedMessage } from '../../shared/messages/bank-call-requested.ts';
import { textOf } from '../../shared/messages/cloud-event.ts';
import { replacedMessage } from '../../shared/messages/consent-replaced.ts';
import { type FullNotice, noticeMessage } from '../../shared/messages/notices.ts';
import { type Answer, recordedAws } from './recorded-aws.ts';
import {
  CHANGED,
  NOW,
  REF,
  REPLACE,
  REQUEST,
  REQUIRED,
  rememberOf,
  SET_TIMER,
} from './sample-effects.ts';

const RE_CONSENT = 'arn:aws:sns:eu-central-1:1:re-consent';
const NOTICES = 'arn:aws:sns:eu-central-1:1:consent-notices';
const SQS = 'https://sqs.eu-central-1.amazonaws.com/1';

function performing(answer?: () => Answer) {
  const { sent, ...clients } = recordedAws(answer);
  const purged: (readonly [string, number])[] = [];
  const perform = performWith({
    ...clients,
    accounts: {
      put: async () => 'cached',
      get: async () => undefined,
      purge: async (consentId, before) => {
        purged.push([consentId, before]);
      },
    },
    clock: () => NOW,
    tableName: 'consents',
    bankCallResultsUrl: `${SQS}/bank-call-results`,
    bankCallRequestsUrl: `${SQS}/bank-call-requests.fifo`,
    dueTimersUrl: `${SQS}/due-timers`,
    dueTimersArn: 'arn:aws:sqs:eu-central-1:1:due-timers',
    reConsentTopicArn: RE_CONSENT,
    consentNoticesTopicArn: NOTICES,
    scheduleGroup: 'consent-lifecycle',
    schedulerRoleArn: 'arn:aws:iam::1:role/scheduler',
    schedulerDlqArn: 'arn:aws:sqs:eu-central-1:1:scheduler-dlq',
  });
  return { perform, sent, purged };
}

describe('what is performed', () => {
  it('is a request, in the group of its consent, which SQS takes once by its id', async () => {
    const { perform, sent } = performing();

    await perform(REQUEST, 'consent-1');

    expect(sent.map(({ body }) => body)).toStrictEqual([
      {
        QueueUrl: `${SQS}/bank-call-requests.fifo`,
        MessageGroupId: 'consent-1',
        MessageDeduplicationId: REQUEST.id,
        MessageBody: textOf(requestedMessage(REQUEST, 'consent-1')),
      },
    ]);
  });

  it.each([
    ['until its end', NOW, 1],
    ['not after its end: nobody may answer it any more', NOW - 1, 0],
  ])('is a request that was owed until now, %s', async (_, notAfter, count) => {
    const { perform, sent } = performing();

    await perform({ ...REQUEST, notAfter }, 'consent-1');

    expect(sent).toHaveLength(count);
  });

  it.each([
    ['with a bank', { MessageGroupId: messageGroupOf('bank-1') }, 'bank-1'],
    ['without a bank', {}, undefined],
  ])('is a replacement %s', async (_, group, bankId) => {
    const { perform, sent } = performing();
    const { bankId: _bank, ...rest } = REPLACE;
    const effect = { ...rest, ...(bankId !== undefined && { bankId }) };

    await perform(effect, 'consent-1');

    expect(sent.map(({ body }) => body)).toStrictEqual([
      {
        QueueUrl: `${SQS}/bank-call-results`,
        MessageBody: textOf(replacedMessage(effect)),
        ...group,
      },
    ]);
  });

  it('is a re-consent notice, for a topic of its own, with what is filtered by', async () => {
    const { perform, sent } = performing();

    await perform(REQUIRED, 'consent-1');

    expect(sent.map(({ body }) => body)).toMatchObject([
      {
        TopicArn: RE_CONSENT,
        Message: textOf(noticeMessage(REQUIRED.notice as FullNotice)),
        'MessageAttributes.entry.1.Name': 'type',
        'MessageAttributes.entry.1.Value.DataType': 'String',
        'MessageAttributes.entry.1.Value.StringValue': 'reconsent.required',
        'MessageAttributes.entry.2.Name': 'reason',
        'MessageAttributes.entry.2.Value.StringValue': 'CONSENT.EXPIRED',
        'MessageAttributes.entry.3.Name': 'provider',
        'MessageAttributes.entry.3.Value.StringValue': 'klarna-consent',
        'MessageAttributes.entry.4.Name': 'bankId',
        'MessageAttributes.entry.4.Value.StringValue': 'bank-1',
      },
    ]);
  });

  it('is any other notice, for the other topic, without what is unknown', async () => {
    const { perform, sent } = performing();

    await perform(CHANGED, 'consent-1');

    expect(sent[0]?.body).toMatchObject({ TopicArn: NOTICES });
    expect(Object.keys(sent[0]?.body ?? {})).toContain('MessageAttributes.entry.2.Name');
    expect(Object.keys(sent[0]?.body ?? {})).not.toContain('MessageAttributes.entry.3.Name');
  });

  it('is a purge of this consent’s accounts by date (rule 11)', async () => {
    const { perform, purged } = performing();

    await perform({ do: 'PurgeAccounts', key: 'purge', before: NOW }, 'consent-1');

    expect(purged).toStrictEqual([['consent-1', NOW]]);
  });

  it('is a timer, and its end', async () => {
    const { perform, sent } = performing();

    await perform(SET_TIMER, 'consent-1');
    await perform({ do: 'CancelTimer', key: 'timer', cancels: [SET_TIMER.name] }, 'consent-1');

    expect(sent.map(({ method, path }) => `${method} ${path}`)).toStrictEqual([
      `POST /schedules/${REF}.g2.n5`,
      `DELETE /schedules/${REF}.g2.n5`,
    ]);
    expect(sent[0]?.body).toMatchObject({ GroupName: 'consent-lifecycle' });
  });
});

describe('a line of the history', () => {
  it.each([
    [7, 'e07'],
    [49, 'e49'],
    [50, 'e00'],
    [151, 'e01'],
  ])(
    'number %i is written at %s, where none of its number or a higher one stands',
    async (number, place) => {
      const { perform, sent } = performing();

      await perform(rememberOf(number), 'consent-1');

      expect(sent.map(({ body }) => body)).toMatchObject([
        {
          TableName: 'consents',
          Key: { pk: { S: 'CONSENT#consent-1' }, sk: { S: 'HISTORY' } },
          UpdateExpression: 'SET #place = :entry, schemaVersion = :version, expiresAt = :expiry',
          ConditionExpression: 'attribute_not_exists(#place) OR #place.#number < :number',
          ExpressionAttributeNames: { '#place': place, '#number': 'number' },
          ExpressionAttributeValues: {
            ':entry': { M: { eventId: { S: `call-${number}` }, number: { N: `${number}` } } },
            ':number': { N: `${number}` },
            ':version': { N: '1' },
            ':expiry': { N: `${expiryOf(NOW)}` },
          },
        },
      ]);
    },
  );

  it('is done when its place holds a newer one', async () => {
    const { perform } = performing(() => ({
      status: 400,
      error: 'ConditionalCheckFailedException',
    }));

    await expect(perform(rememberOf(1), 'consent-1')).resolves.toBeUndefined();
  });

  it('fails when DynamoDB does', async () => {
    const { perform } = performing(() => ({ status: 400, error: 'ResourceNotFoundException' }));

    await expect(perform(rememberOf(1), 'consent-1')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('a message group', () => {
  it.each(['c', 'c'.repeat(128), '!~'])('bears a name that SQS takes: %s', (name) => {
    expect(messageGroupOf(name)).toBe(name);
  });

  it.each([
    ['nothing', '', '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'],
    ['a space', 'consent 1', 'Cm-vQHKx3QSKP4KFZWlMpUrdF9sD480NxjRVs8U5LaM'],
    ['an umlaut', 'consent-ü', 'XX6aMHAHLmq1nvmXXyRQNucAmvFAXcMV4NaxnTT7C0U'],
    ['an umlaut first', 'üconsent', 'kLl4KSDtx5NF0B8sxa0N2JVmiEZwm16jZ3zXsaGTT-g'],
    ['129 characters', 'c'.repeat(129), 'ou-jKpDq65tPQ75l-c-9DBkVElMv_L9VhvOas61ylKw'],
  ])('is a hash where the name has %s', (_, name, hash) => {
    expect(messageGroupOf(name)).toBe(hash);
  });
});
