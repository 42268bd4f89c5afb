import { describe, expect, it } from 'vitest';
import { textOfColumn } from './columnText.js';
import type { FeatureValue } from './value.js';

const as = (type: string, value: FeatureValue) => textOfColumn('id', { id: type })(value);

describe('the text of a value of a typed column', () => {
  it('of texts has no blanks at its ends where training took them away, and is as it was given elsewhere', () => {
    const trimmed = ['city'];
    for (const text of [' Berlin', 'Berlin\u00a0', '\tBerlin\n']) {
      expect(textOfColumn('city', {}, trimmed)(text)).toBe('Berlin');
      expect(textOfColumn('town', {}, trimmed)(text)).toBe(text);
    }
    expect(textOfColumn('city', {}, trimmed)(null)).toBeNull();
  });

  it.each<[string, string, FeatureValue[]]>([
    ['BIGINT', '7', [7, 7n, '7', '007', '+7', ' 7 ', '7.0']],
    ['BIGINT', '-7', [-7, '-07']],
    ['UINTEGER', '0', [0, '-0', '000']],
    ['BIGINT', '76561197960287937', ['76561197960287937', 76561197960287937n, '076561197960287937']],
    ['DECIMAL(10,2)', '12.50', [12.5, '12.5', '12.500', '012.50']],
    ['DECIMAL(38,0)', '12345678901234567890', ['12345678901234567890', 12345678901234567890n]],
    ['DECIMAL(2,2)', '.50', [0.5, '.50', '0.5']],
    ['DOUBLE', '17850', [17_850, '17850', '17850.0', '1.785e4']],
    ['DOUBLE', 'inf', [Infinity, 'inf', '+Infinity', ' INF ']],
    ['FLOAT', '-inf', [-Infinity, '-inf', '-infinity']],
    ['DOUBLE', '1e-05', [0.00001, '0.00001']],
    ['FLOAT', '0.1', [0.1, '0.10', Math.fround(0.1), '0.100000001490116']],
    ['FLOAT', '123456790', [123_456_789, 123_456_792, '123456790.0']],
    ['FLOAT', '1.1754944e-38', [1.175_494_35e-38]],
    ['FLOAT', '3.4028235e+38', [3.402_823_5e38, Math.fround(3.402_823_5e38)]],
    ['FLOAT', '0', [0, '-0']],
    ['BOOLEAN', 'true', [true, 'TRUE', 1]],
    ['DATE', '2024-01-02', ['2024-01-02', '2024-01-02T00:00:00Z']],
    ['TIMESTAMP', '2024-01-02 03:04:05.5', ['2024-01-02T03:04:05.500Z', 1704164645.5]],
    [
      'TIMESTAMP WITH TIME ZONE',
      '2024-01-02 03:04:05.5+00',
      ['2024-01-02T03:04:05.500Z', '2024-01-02T05:04:05.5+02:00', '2024-01-02 03:04:05.5', 1704164645.5],
    ],
    ['TIMESTAMP WITH TIME ZONE', '2024-01-02 00:00:00+00', ['2024-01-02', '2024-01-02 00:00:00+00']],
    ['TIMESTAMP_NS', '2024-01-02 00:00:00', ['2024-01-02']],
    ['VARCHAR', '007', ['007']],
  ])('%s: %s', (type, text, values) => {
    expect(values.map((value) => as(type, value))).toEqual(values.map(() => text));
  });

  it('is what was given where the type has no such value, and null where it is missing', () => {
    for (const type of [
      'BIGINT',
      'DECIMAL(10,2)',
      'DOUBLE',
      'FLOAT',
      'BOOLEAN',
      'TIMESTAMP',
      'TIMESTAMP WITH TIME ZONE',
    ]) {
      expect(as(type, 'nobody')).toBe('nobody');
      expect(as(type, '')).toBe('');
      expect(as(type, null)).toBeNull();
    }
    expect(as('BIGINT', '7.5')).toBe('7.5');
    expect(as('DECIMAL(10,2)', '1.234')).toBe('1.234');
    expect(as('FLOAT', 1e39)).toBe('1e+39');
  });

  it('knows no type of a column that only every object has', () => {
    expect(textOfColumn('constructor', {})('007')).toBe('007');
  });
});
