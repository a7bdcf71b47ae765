import { expect } from 'chai';
import { describeRedisLocation, parseRedisLocation } from '../../../lib/store/redis-location.ts';

describe('a Redis location', () => {
  const good: readonly [string, object, string][] = [
    [
      'redis://redis.example',
      { kind: 'single', hosts: [{ host: 'redis.example', port: 6379 }], db: 0, credentials: {} },
      'redis://redis.example:6379',
    ],
    [
      'redis://nva:p%40ss%3A@[fd00::1]:7000/3',
      {
        kind: 'single',
        hosts: [{ host: 'fd00::1', port: 7000 }],
        db: 3,
        credentials: { user: 'nva', password: 'p@ss:' },
      },
      'redis://[fd00::1]:7000/3',
    ],
    [
      'redis://:secret@h',
      { kind: 'single', hosts: [{ host: 'h', port: 6379 }], credentials: { password: 'secret' } },
      'redis://h:6379',
    ],
    [
      'rediss://h?ca=/etc/ca.pem&cert=/c&key=/k',
      { kind: 'single', tls: { ca: '/etc/ca.pem', cert: '/c', key: '/k' } },
      'rediss://h:6379',
    ],
    [
      'redis+sentinel://u:p@a:1,b,c:3/my%20master/2?sentinel-password=x%26',
      {
        kind: 'sentinel',
        hosts: [
          { host: 'a', port: 1 },
          { host: 'b', port: 26_379 },
          { host: 'c', port: 3 },
        ],
        master: 'my master',
        db: 2,
        credentials: { user: 'u', password: 'p' },
        sentinelCredentials: { password: 'x&' },
      },
      'redis+sentinel://a:1,b:26379,c:3/my master/2',
    ],
    ['rediss+cluster://a:1,b:2', { kind: 'cluster', db: 0, tls: {} }, 'rediss+cluster://a:1,b:2'],
    [
      'redis+unix:u:secret@/run/redis.sock?db=1',
      { kind: 'unix', path: '/run/redis.sock', db: 1, hosts: [] },
      'redis+unix:/run/redis.sock?db=1',
    ],
  ];
  for (const [text, wanted, description] of good) {
    it(`reads ${text.replace(/:[^:@/]*@/, ':…@')}, and describes it without secrets`, () => {
      const parsed = parseRedisLocation(text);
      if (!parsed.ok) throw new Error(parsed.error);
      for (const [name, value] of Object.entries(wanted)) {
        expect(parsed.value, name).to.deep.include({ [name]: value });
      }
      expect(describeRedisLocation(parsed.value)).to.equal(description);
    });
  }

  const bad: readonly [string, string, RegExp][] = [
    ['another scheme', 'http://h', /write redis:\/\/HOST/],
    ['no host', 'redis://', /HOST:PORT/],
    ['a port that is none', 'redis://h:99999', /HOST:PORT/],
    ['a bare IPv6 address', 'redis://fd00::1', /brackets/],
    ['several servers', 'redis://a,b', /redis\+sentinel/],
    ['a database that is none', 'redis://h/x', /write 0 to 15/],
    ['more than a database', 'redis://h/1/2', /ends with its database/],
    ['Sentinels without a master', 'redis+sentinel://a:1', /MASTERNAME/],
    ['a Cluster with a database', 'redis+cluster://a:1/2', /one database/],
    ['a relative socket', 'redis+unix:redis.sock', /absolute/],
    ['TLS over a socket', 'rediss+unix:/x', /without the s/],
    ['an unknown word', 'redis://h?tsl=1', /"tsl"/],
    ['certificates without TLS', 'redis://h?ca=/x', /rediss/],
    ['half a pair', 'rediss://h?cert=/x', /go together/],
    ['a password with a bare percent sign', 'redis://u:se%cret@h', /percent-decoded/],
  ];
  for (const [what, text, remedy] of bad) {
    it(`refuses ${what} in one sentence that shows no password`, () => {
      const parsed = parseRedisLocation(text);
      expect(parsed.ok).to.equal(false);
      const sentence = parsed.ok ? '' : parsed.error;
      expect(sentence)
        .to.match(remedy)
        .and.match(/^[^\n]+\.$/);
      expect(sentence).not.to.contain('cret');
    });
  }
});
