/**
 * The AsyncAPI document is one for its own parser, its examples are valid by its schemas, and the
 * message attributes in it are those that a notice is published with. That its queues are as they
 * are deployed is seen in test/infra.
 */
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { SNSClient } from '@aws-sdk/client-sns';
import { Ajv } from 'ajv';
import { default as formats } from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import type { NoticeType } from '../../shared/consent/notice.ts';
import { publishNotice } from '../../shared/effects/publish-notice.ts';
import { type FullNotice, NOTICES } from '../../shared/messages/notices.ts';
import { MemoryAccountCache } from '../../shared/store/memory-account-cache.ts';
import { CONTRACTS } from '../../tools/docs/contracts.ts';
import { noticeIn } from '../support/example-notices.ts';
import { schemaOf } from '../support/message-schemas.ts';
import type { Json } from '../support/template.ts';

const TEXT = readFileSync(new URL('../../docs/contracts/asyncapi.json', import.meta.url), 'utf8');
const DOCUMENT = JSON.parse(TEXT);
/** AsyncAPI's own schemas are those of draft-07. */
const ajv = new Ajv({ strict: true, allowUnionTypes: true });
formats.default(ajv);

describe('docs/contracts/asyncapi.json', () => {
  it('is a valid document, whose examples are valid too', async () => {
    const { document, diagnostics } = await new Parser().parse(TEXT);

    // That there is AsyncAPI 3.1 is all that it has to say.
    expect(diagnostics.map(({ code }) => code)).toEqual(['asyncapi-latest-version']);
    expect(document?.operations().all()).toHaveLength(5);
  });

  it.each([
    ['the address', '"{stage}-re-consent"', '"{other}-re-consent"'],
    ['the version of a binding', '"0.2.0"', '"0.9.0"'],
    ['a reference', '#/components/messages/consent.granted', '#/components/messages/granted'],
  ])('would be refused for a mistake in %s', async (_, right, wrong) => {
    const { document } = await new Parser().parse(TEXT.replace(right, wrong));

    expect(document).toBeUndefined();
  });

  it.each(CONTRACTS)('has a valid example of $name, and the schema of its file', ({ name }) => {
    const { payload, headers = {}, examples } = DOCUMENT.components.messages[name];
    const { $schema: _, examples: printed, ...schema } = schemaOf(name);

    const [isMessage, isHead] = [ajv.compile(payload), ajv.compile(headers)];

    expect(payload).toEqual(schema);
    expect(examples.map((one: Json) => one.payload)).toEqual(printed);
    for (const one of examples) {
      expect([isMessage(one.payload), isHead(one.headers ?? {})]).toEqual([true, true]);
    }
  });

  it.each(Object.keys(NOTICES) as NoticeType[])(
    'shows the attributes with which %s is published, where it is published',
    async (type) => {
      const channel = type === 'reconsent.required' ? 're-consent' : 'consent-notices';
      const notice = noticeIn(type);

      const { TopicArn, MessageAttributes } = await published(notice);

      const [{ headers }] = DOCUMENT.components.messages[type].examples;
      expect(MessageAttributes).toEqual(
        Object.fromEntries(
          Object.entries(headers).map(([name, StringValue]) => [
            name,
            { DataType: 'String', StringValue },
          ]),
        ),
      );
      expect(TopicArn).toBe(channel);
      expect(Object.keys(DOCUMENT.channels[channel].messages)).toContain(type);
    },
  );
});

/** What SNS is asked for. */
async function published(notice: ReturnType<typeof noticeIn>): Promise<Json> {
  const asked: Json[] = [];
  const sns = new SNSClient({ region: 'eu-central-1' });
  sns.middlewareStack.add(
    () => async (args) => {
      asked.push(args.input as Json); // The input of a PublishCommand.
      return { output: { $metadata: {} }, response: {} };
    },
    { step: 'initialize' },
  );
  await publishNotice(
    { do: 'PublishNotice', key: 'notice:1', notice },
    {
      sns: async () => sns,
      reConsentTopicArn: 're-consent',
      consentNoticesTopicArn: 'consent-notices',
      accounts: await relisted(notice),
    },
  );
  return asked[0] ?? {};
}

/** Accounts that were purged and listed anew. */
async function relisted({ consentId, body }: FullNotice): Promise<MemoryAccountCache> {
  const cache = new MemoryAccountCache();
  const before = 'before' in body ? body.before : 1;
  await cache.put({ consentId, at: before - 1, accounts: [{ id: 'old', iban: 'DE1' }] });
  await cache.purge(consentId, before);
  const accounts = [{ id: 'new', iban: 'DE1' }];
  await cache.put({ consentId, at: before + 1, accounts, relinkFrom: before });
  return cache;
}
