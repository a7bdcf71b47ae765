import { expect } from 'chai';
import { formatEndpoint, OVSDB_PORT, parseEndpoint } from '../../../lib/runtime/endpoint.ts';

const GOOD: readonly [text: string, value: unknown, formatted?: string][] = [
  ['ptcp:6653', { method: 'ptcp', port: 6653 }],
  ['ptcp:', { method: 'ptcp', port: 6640 }, 'ptcp:6640'],
  ['ptcp:0:127.0.0.1', { method: 'ptcp', port: 0, ip: '127.0.0.1' }],
  ['ptcp::127.0.0.1', { method: 'ptcp', port: 6640, ip: '127.0.0.1' }, 'ptcp:6640:127.0.0.1'],
  ['ptcp:6640:[::1]', { method: 'ptcp', port: 6640, ip: '::1' }],
  ['pssl:6640:[FD00:0::1]', { method: 'pssl', port: 6640, ip: 'fd00::1' }, 'pssl:6640:[fd00::1]'],
  ['tcp:192.0.2.1:6641', { method: 'tcp', ip: '192.0.2.1', port: 6641 }],
  ['tcp:192.0.2.1', { method: 'tcp', ip: '192.0.2.1', port: 6640 }, 'tcp:192.0.2.1:6640'],
  ['ssl:[2001:db8::1]:65535', { method: 'ssl', ip: '2001:db8::1', port: 65_535 }],
  ['tcp:[::1]', { method: 'tcp', ip: '::1', port: 6640 }, 'tcp:[::1]:6640'],
  ['unix:/var/run/openvswitch/db.sock', { method: 'unix', path: '/var/run/openvswitch/db.sock' }],
  ['punix:a:b', { method: 'punix', path: 'a:b' }],
];

const BAD: readonly [text: string, expected: string][] = [
  ['', '"" is no endpoint; write ptcp:PORT'],
  ['6640', 'is no endpoint'],
  ['tcp', 'is no endpoint'],
  ['http://x', 'is no endpoint'],
  ['PTCP:6640', 'is no endpoint'],
  ['ptcp:65536', 'ptcp:65536: "65536" is no port; write ptcp:PORT with a number up to 65535.'],
  ['ptcp:-1', '"-1" is no port'],
  ['ptcp:x', '"x" is no port'],
  ['ptcp:127.0.0.1', '"127.0.0.1" is no port'],
  [
    'ptcp:6640:::1',
    '"::1" is no IP address; write ptcp:6640:192.0.2.1, or ptcp:6640:[2001:db8::1] with brackets.',
  ],
  ['ptcp:6640:[127.0.0.1]', 'is no IP address'],
  ['ptcp:6640:localhost', '"localhost" is no IP address'],
  ['tcp:', '"" is no IP address'],
  ['tcp:host:6640', '"host" is no IP address'],
  ['tcp:::1:6640', 'is no IP address'],
  ['tcp:192.0.2.1:0', '"0" is no port'],
  ['tcp:192.0.2.1:', '"" is no port'],
  ['tcp:[::1]6640', 'is no IP address'],
  ['unix:', 'unix: names no path; write unix:PATH.'],
];

describe('endpoints in Open vSwitch’s spelling', () => {
  for (const [text, value, formatted] of GOOD) {
    it(`take ${text} and write it as ${formatted ?? text}`, () => {
      const endpoint = parseEndpoint(text, OVSDB_PORT);
      expect(endpoint).to.deep.equal({ ok: true, value });
      expect(endpoint.ok && formatEndpoint(endpoint.value)).to.equal(formatted ?? text);
    });
  }

  for (const [text, expected] of BAD) {
    it(`refuse “${text}” with one sentence`, () => {
      const endpoint = parseEndpoint(text, OVSDB_PORT);
      expect(endpoint)
        .to.have.property('error')
        .that.contains(expected)
        .and.match(/^[^\n]+\.$/);
    });
  }
});
