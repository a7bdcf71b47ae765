import { expect } from 'chai';
import { parsePing, pingArguments } from '../../../scripts/lab/ping.ts';

const answer = (sequence: number, tail = '') =>
  `64 bytes from 192.168.7.2: icmp_seq=${sequence} ttl=64 time=0.30 ms${tail}`;
const summary = (sent: number) =>
  `--- 192.168.7.2 ping statistics ---\n${sent} packets transmitted, 0 received, 0% packet loss`;

describe('the reading of ping', () => {
  it('counts lost, doubled and the longest silence', () => {
    const output = [answer(1), answer(2), answer(2, ' (DUP!)'), answer(5), answer(7), summary(8)];
    expect(parsePing(output.join('\n'))).to.deep.equal({
      ...{ sent: 8, received: 4, duplicates: 1, lost: 4, longestGap: 2 },
    });
  });

  it('leaves requests after the limit out, answered or not', () => {
    const output = [answer(1), answer(2), answer(4), summary(6)].join('\n');
    expect(parsePing(output, 2)).to.include({ sent: 2, received: 2, lost: 0 });
    expect(parsePing(output, 3)).to.include({ sent: 3, received: 2, lost: 1, longestGap: 1 });
  });

  it('takes an error that names a sequence number for no answer', () => {
    const error = 'From 192.168.7.1 icmp_seq=1 Destination Host Unreachable';
    expect(parsePing(`${error}\n${summary(1)}`)).to.include({ sent: 1, received: 0, lost: 1 });
  });

  it('takes a line that is not complete yet for no answer', () => {
    expect(parsePing('64 bytes from fd00:7::2: icmp_seq=1').received).to.equal(0);
  });

  it('picks the family by the address', () => {
    expect(pingArguments('fd00:7::2', {})).to.include('-6');
    expect(pingArguments('192.168.7.2', { identifier: 7 })).to.include.members(['-4', '-e', '7']);
  });
});
