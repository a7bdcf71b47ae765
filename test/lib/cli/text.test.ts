import { expect } from 'chai';
import { plain } from '../../../lib/cli/paint.ts';
import { clean, displayWidth, fieldLines, tableLines } from '../../../lib/cli/text-table.ts';
import { localTime, span, uptime } from '../../../lib/cli/words.ts';

describe('tables', () => {
  it('count columns as a terminal shows them', () => {
    const widths = ['abc', '日本', 'e\u0301', '😀', ''].map(displayWidth);
    expect(widths).to.deep.equal([3, 4, 1, 2, 0]);
  });

  it('stay aligned below wide characters and colours', () => {
    const rows = [
      [{ text: '日本' }, { text: '1', colour: 'green' as const }, { text: 'x' }],
      [{ text: 'abcde' }, { text: '22' }, { text: 'y' }],
    ];
    expect(tableLines(['A', 'B', 'C'], rows, plain)).to.deep.equal([
      'A      B   C',
      '日本   1   x',
      'abcde  22  y',
    ]);
    const painted = tableLines(['A', 'B', 'C'], rows, (colour, text) =>
      colour ? `<${text}>` : text,
    );
    expect(painted[1]).to.equal('日本   <1>   x');
  });

  it('leave no control character and no change of writing direction', () => {
    expect(clean('a\u001b[31m\r\n\u0007\u009b\u202eb')).to.equal('a?[31m?????b');
  });

  it('indent the lines of a long value below its first', () => {
    const fields = [['Name', { text: 'a' }] as const, ['On', { text: 'b\nc' }] as const];
    expect(fieldLines(fields, plain)).to.deep.equal(['Name:  a', 'On:    b', '       c']);
  });
});

describe('words', () => {
  it('show three digits of a span', () => {
    const spans = [0.034, 4.2149, 42.149, 131.6, 999.4, 999.6, 1349, 61_000, 120_400].map(span);
    expect(spans).to.deep.equal([
      '0.03 ms',
      '4.21 ms',
      '42.1 ms',
      '132 ms',
      '999 ms',
      '1.00 s',
      '1.35 s',
      '61.0 s',
      '120 s',
    ]);
  });

  it('show the two greatest units of an uptime', () => {
    expect([0, 59.9, 60, 185, 7200, 93_784].map(uptime)).to.deep.equal([
      '0 s',
      '59 s',
      '1 min',
      '3 min 5 s',
      '2 h',
      '1 d 2 h',
    ]);
  });

  it('show local time, or what was given when it is none', () => {
    const zone = new Date('2025-07-01T10:00:00Z').getTimezoneOffset();
    const shifted = new Date(Date.UTC(2025, 6, 1, 10, 0, 0) - zone * 60_000).toISOString();
    expect(localTime('2025-07-01T10:00:00Z')).to.equal(shifted.slice(0, 19).replace('T', ' '));
    expect(localTime('soon')).to.equal('soon');
  });
});
