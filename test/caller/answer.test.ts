import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../shared/caller/answer.ts';
import { madeCall } from '../../shared/caller/made-call.ts';

const RETRY = { 'Retry-After': '120', 'Set-Cookie': 'session=secret' };
const BODY = { error: { code: 'BANK' } };

function bytesOf(body: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(body));
}

/** As the package undici has them, whose `Headers` are not the global ones. */
function* pairs() {
  yield* Object.entries(RETRY);
}

describe('an answer is read out of', () => {
  it.each([
    ['a Response of fetch', new Response(JSON.stringify(BODY), { status: 503, headers: RETRY })],
    ['an object like axios’s', { status: 503, headers: RETRY, data: BODY, config: {} }],
    ['a plain one', { status: 503, headers: RETRY, body: BODY }],
    ['one whose body is bytes', { status: 503, headers: RETRY, data: bytesOf(BODY) }],
    ['one whose headers are a class of their own', { status: 503, headers: pairs(), body: BODY }],
  ])('%s, and of its headers those that say when to come back', async (_, response) => {
    const { status, headers, body } = await readAnswer(response);

    expect(status).toBe(503);
    expect(headers).toEqual({ 'retry-after': '120' });
    expect(typeof body === 'string' ? JSON.parse(body) : body).toEqual(BODY);
  });

  it('a Response without taking its body away', async () => {
    const response = new Response('{"a":1}');

    await readAnswer(response);

    expect(await response.json()).toEqual({ a: 1 });
  });

  it.each([
    [undefined, 'the call returned undefined; expected'],
    [null, 'the call returned null; expected'],
    [{ status: 99 }, 'the call returned status 99; expected'],
    [{ code: 'BANK' }, 'the call returned status undefined; expected'],
  ])('nothing like %j', async (response, complaint) => {
    await expect(readAnswer(response)).rejects.toThrow(complaint);
  });

  it.each([
    ['{"consent_token":"t-secret"}', 'the call returned (a string); expected'],
    [{ status: 't-secret' }, 'the call returned status (a string); expected'],
  ])('nothing like %j, and its words are not repeated (rule 18)', async (response, complaint) => {
    const error: unknown = await readAnswer(response).catch((thrown: unknown) => thrown);

    expect(String(error)).toContain(complaint);
    expect(String(error)).not.toContain('t-secret');
  });

  it('no Response whose body is gone', async () => {
    const response = new Response('{}');
    await response.text();

    await expect(readAnswer(response)).rejects.toThrow('a response whose body has been read');
  });
});

describe('a call that throws', () => {
  const named = (name: string) => Object.assign(new Error('words'), { name });
  const coded = (code: string) => Object.assign(new Error('words'), { code });

  it.each([
    [new DOMException('', 'TimeoutError'), 'timeout'],
    [named('AbortError'), 'timeout'],
    [coded('ECONNABORTED'), 'timeout'],
    [coded('ECONNRESET'), 'connection'],
    [new TypeError('fetch failed'), 'connection'],
    ['no error at all', 'connection'],
    [Object.assign(new Error('400'), { response: { status: 'odd' } }), 'connection'],
  ])('came to %s: %s', async (thrown, came) => {
    const made = await madeCall(() => Promise.reject(thrown));

    expect(made.came).toBe(came);
    expect(made.handBack).toThrow(thrown as Error);
  });
});
