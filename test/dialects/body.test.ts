import { describe, expect, it } from 'vitest';
import { readBody } from '../../shared/dialects/body.ts';

describe('a body', () => {
  it.each([
    ['JSON in a string', '\uFEFF{"code":"x"} ', { code: 'x' }],
    ['JSON that holds a string of JSON', '"{}"', '{}'],
    ['a page', '<html>', '<html>'],
    ['nothing', '', ''],
    ['what has been parsed', { code: 'x' }, { code: 'x' }],
    ['null', null, null],
  ])('that is %s is parsed once, if it can be', (_, body, read) => {
    expect(readBody(body)).toEqual(read);
  });
});
