import { describe, expect, it } from 'vitest';
import { attributesOf, plainFields } from '../../shared/store/attribute-value.ts';

describe('attribute values', () => {
  it('are typed as DynamoDB wants them, and come back as they were', () => {
    const fields = { text: '', number: -1.5, flag: false, list: ['a', [], {}], map: { deep: 0 } };

    const item = attributesOf(fields);

    expect(item).toEqual({
      text: { S: '' },
      number: { N: '-1.5' },
      flag: { BOOL: false },
      list: { L: [{ S: 'a' }, { L: [] }, { M: {} }] },
      map: { M: { deep: { N: '0' } } },
    });
    expect(plainFields(item)).toEqual(fields);
  });

  it('leave out a field that is undefined', () => {
    expect(attributesOf({ known: 1, unknown: undefined, map: { unknown: undefined } })).toEqual({
      known: { N: '1' },
      map: { M: {} },
    });
  });

  it.each([
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [null, 'a value of type object'],
    [() => 1, 'a value of type function'],
  ])('refuse %s', (value, found) => {
    const writing = () => attributesOf({ list: [value] });

    expect(writing).toThrow(`expected text, number, boolean, list or map to store, got ${found}`);
  });

  it('read what the table never holds as null', () => {
    expect(plainFields({ names: { SS: ['a'] }, none: { NULL: true } })).toEqual({
      names: null,
      none: null,
    });
  });
});
