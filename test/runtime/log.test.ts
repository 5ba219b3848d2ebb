import { describe, expect, it } from 'vitest';
import { Secret } from '../../shared/consent/secret.ts';
import { Failure } from '../../shared/runtime/failure.ts';
import { createLog, errorFields } from '../../shared/runtime/log.ts';
import { linesOf } from './written-lines.ts';

const NAMES = ['consentRef', 'outcome', 'generation', 'notes'];

function awsError(): Error {
  const error = new Error('canary-token was sent to https://example.org');
  error.name = 'ThrottlingException';
  return Object.assign(error, { $metadata: { requestId: 'r-1' }, $fault: 'client' });
}

describe('a log line', () => {
  it('has the named fields and says who wrote it', () => {
    const log = createLog('worker', NAMES);
    const fields = { consentRef: 'ref', outcome: 'advanced', generation: 1, notes: ['a', 'b'] };

    const lines = linesOf(() => log.info('decided', fields));

    expect(lines).toStrictEqual([
      {
        level: 'INFO',
        timestamp: expect.any(String),
        service: 'worker',
        message: 'decided',
        ...fields,
      },
    ]);
  });

  it('has nothing else, whatever is logged', () => {
    const log = createLog('worker', NAMES);
    const fields = {
      consentRef: new Secret('canary-token'),
      outcome: { token: 'canary-token' },
      generation: undefined,
      notes: ['kept', { token: 'canary-token' }, null],
      token: 'canary-token',
      body: 'canary-token',
      error: new Error('canary-token'),
    };

    const lines = linesOf(() => {
      log.info('decided', fields);
      log.warn('decided', fields);
      log.error('failed', new Error('canary-token'), fields);
    });

    expect(lines.map((line) => line.level)).toStrictEqual(['INFO', 'WARN', 'ERROR']);
    expect(lines.map((line) => line.notes)).toStrictEqual([['kept'], ['kept'], ['kept']]);
    expect(JSON.stringify(lines)).not.toContain('canary');
  });

  it('is bounded', () => {
    const log = createLog('worker', NAMES);
    const notes = Array.from({ length: 1_000 }, () => 'n');

    const [line] = linesOf(() => log.info('decided', { outcome: 'x'.repeat(10_000), notes }));

    expect(line?.outcome).toHaveLength(256);
    expect(line?.notes).toHaveLength(64);
  });
});

describe('what is said of an error', () => {
  it('is our code and the name AWS gave it', () => {
    const fields = errorFields(new Failure('STORE_UNAVAILABLE', awsError()));

    expect(fields).toStrictEqual({
      errorName: 'Failure',
      errorCode: 'STORE_UNAVAILABLE',
      awsError: 'ThrottlingException',
      causeName: 'ThrottlingException',
    });
  });

  it('is the name of what it was caused by, when that was not AWS', () => {
    const fields = errorFields(new Failure('STORE_UNAVAILABLE', new RangeError('canary-token')));

    expect(fields).toStrictEqual({
      errorName: 'Failure',
      errorCode: 'STORE_UNAVAILABLE',
      causeName: 'RangeError',
    });
  });

  it('is its name, if it is neither', () => {
    expect(errorFields(new TypeError('canary-token'))).toStrictEqual({ errorName: 'TypeError' });
  });

  it('is a plain word, if its name is none', () => {
    const error = new Error('x');
    error.name = 'canary token, sent along';

    expect(errorFields(error)).toStrictEqual({ errorName: 'Error' });
  });

  it.each([
    ['text', 'string'],
    [undefined, 'undefined'],
    [null, 'object'],
  ])('is its kind, if %j was thrown', (thrown, kind) => {
    expect(errorFields(thrown)).toStrictEqual({ errorName: kind });
  });

  it('has an end, if it causes itself', () => {
    const error = new Error('round');
    error.cause = error;

    expect(errorFields(error)).toStrictEqual({ errorName: 'Error' });
  });
});
