import { expect } from 'chai';
import fc from 'fast-check';
import { parseManifests, parseObjectRefs } from '../../../lib/model/manifest-parse.ts';
import { PROBLEMS_MAX } from '../../../lib/model/problem.ts';

const NETWORK = { kind: 'Network', name: 'blue' };
const PORT = { kind: 'Port', name: 'vm1', network: 'blue', mac: '02:00:00:00:00:01', ips: [] };

function parse(...values: unknown[]): ReturnType<typeof parseManifests> {
  return parseManifests(
    values.map((value, index) => ({ value, position: `document ${index + 1}` })),
  );
}

/** `where: message` of each problem. */
function problems(...values: unknown[]): string[] {
  const result = parse(...values);
  return result.ok ? [] : result.error.map(({ where, message }) => `${where}: ${message}`);
}

function portWith(members: Record<string, unknown>): unknown {
  return { ...PORT, ...members };
}

describe('manifests', () => {
  it('takes networks and ports, and canonicalises addresses', () => {
    const result = parse(
      { kind: 'Network', name: 'blue', vni: 5001, encapsulation: ['geneve', 'vxlan'] },
      portWith({ mac: '02-00-00-00-00-AB', ips: ['192.168.7.1', 'FD00:7:0::1'] }),
    );
    expect(result).to.deep.equal({
      ok: true,
      value: [
        { kind: 'Network', name: 'blue', vni: 5001, encapsulation: ['geneve', 'vxlan'] },
        {
          kind: 'Port',
          name: 'vm1',
          network: 'blue',
          mac: '02:00:00:00:00:ab',
          ips: ['192.168.7.1', 'fd00:7::1'],
        },
      ],
    });
  });

  it('leaves out what was left out', () => {
    const { ips: _, ...port } = PORT;
    expect(parse(NETWORK, port)).to.deep.equal({ ok: true, value: [NETWORK, PORT] });
  });

  it('takes what the API shows, without its status', () => {
    expect(parse({ ...NETWORK, status: { ports: 1 } })).to.deep.equal({
      ok: true,
      value: [NETWORK],
    });
  });

  const takenNames: readonly unknown[] = [
    { ...NETWORK, name: 'a' },
    { ...NETWORK, name: `9${'x'.repeat(62)}` },
    { ...NETWORK, vni: 0 },
    { ...NETWORK, vni: 16_777_215 },
    portWith({ name: '5f2c1d0a-77f5-4a7e-9f4e-2f6c8a9d0b1c' }),
    portWith({ name: '{vm}:eth0@host' }),
    portWith({ name: 'x'.repeat(255) }),
  ];
  for (const value of takenNames) {
    it(`takes ${JSON.stringify(value).slice(0, 90)}`, () => {
      expect(problems(value)).to.deep.equal([]);
    });
  }

  it('collects all problems of all documents', () => {
    expect(
      problems({ kind: 'Network', name: '-', vni: 1.5 }, portWith({ mac: 'x', ips: 'y' })),
    ).to.have.length(4);
  });

  it(`shows ${PROBLEMS_MAX} problems and counts the rest`, () => {
    const found = problems(...Array.from({ length: 30 }, () => ({ kind: 'Prot' })));
    expect(found).to.have.length(PROBLEMS_MAX + 1);
    expect(found.at(-1)).to.equal('and: 10 more; mend these first.');
  });

  it('never throws, whatever it is given', () => {
    const member = fc.oneof(fc.jsonValue(), fc.anything());
    const object = fc.record(
      {
        kind: fc.constantFrom('Network', 'Port'),
        name: member,
        network: member,
        mac: member,
        ips: member,
        vni: member,
        encapsulation: member,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.anything(), object), { maxLength: 4 }), (values) => {
        for (const line of problems(...values))
          expect(line).to.match(/^(document \d[^\n]*|and): [^\n]+[.?]$/);
      }),
    );
  });

  it('survives a value that contains itself', () => {
    const ips: unknown[] = [];
    ips.push(ips);
    expect(problems(portWith({ ips }))).to.have.length(1);
  });
});

const REFUSED: readonly [unknown, string][] = [
  [[], 'document 1: must be an object with kind and name and is a list.'],
  ['hello', 'document 1: must be an object with kind and name and is "hello".'],
  [null, 'document 1: must be an object with kind and name and is null.'],
  [{}, 'document 1, kind: is missing; give Network or Port or Nve.'],
  [{ kind: 'port' }, 'document 1, kind: "port" is no kind of object; did you mean Port?'],
  [{ kind: 'Netwrok' }, 'document 1, kind: "Netwrok" is no kind of object; did you mean Network?'],
  [
    { kind: 'List' },
    'document 1, kind: "List" is no kind of object; known are Network, Port, Nve.',
  ],
  [{ kind: 7 }, 'document 1, kind: must be Network or Port or Nve and is 7.'],
  [
    { ...NETWORK, vlan: 1 },
    'document 1, Network blue: "vlan" is no member of a Network; known are kind, name, vni, encapsulation.',
  ],
  [
    portWith({ mack: 'x' }),
    'document 1, Port vm1: "mack" is no member of a Port; did you mean mac?',
  ],
  [{ kind: 'Network' }, 'document 1, Network, name: is missing; give the name of the network.'],
  [
    { ...NETWORK, name: 12 },
    'document 1, Network, name: must be text and is 12; put it in quotes; give the name of the network.',
  ],
  [
    { ...NETWORK, name: 'a b' },
    'document 1, Network a b, name: "a b" is no network name; use 1 to 63',
  ],
  [{ ...NETWORK, name: 'a/b' }, 'is no network name'],
  [{ ...NETWORK, name: '.a' }, 'is no network name'],
  [{ ...NETWORK, name: '' }, 'is no network name'],
  [{ ...NETWORK, name: 'x'.repeat(64) }, 'is no network name'],
  [{ ...NETWORK, name: 'blue\n' }, 'is no network name'],
  [
    { ...NETWORK, vni: -1 },
    'document 1, Network blue, vni: -1 is no VNI; give an integer from 0 to 16777215, or leave it out',
  ],
  [{ ...NETWORK, vni: 16_777_216 }, 'is no VNI'],
  [{ ...NETWORK, vni: '5001' }, '"5001" is no VNI'],
  [{ ...NETWORK, vni: 1.5 }, 'is no VNI'],
  [{ ...NETWORK, vni: null }, 'null is no VNI'],
  [
    { ...NETWORK, encapsulation: 'geneve' },
    'document 1, Network blue, encapsulation: must be a list of geneve, vxlan, gre, best first, and is "geneve"',
  ],
  [{ ...NETWORK, encapsulation: [] }, 'and is empty; leave it out to allow all.'],
  [{ ...NETWORK, encapsulation: ['vxlan', 'vxlan'] }, 'names vxlan twice; name it once.'],
  [{ ...NETWORK, encapsulation: ['genev'] }, '"genev" is no encapsulation; did you mean geneve?'],
  [{ ...NETWORK, encapsulation: [4] }, '4 is no encapsulation; known are geneve, vxlan, gre.'],
  [{ ...NETWORK, encapsulation: ['stt'] }, 'stt is not supported'],
  [
    portWith({ name: 'a b' }),
    'document 1, Port a b, name: "a b" is no port name; use 1 to 255 printable',
  ],
  [portWith({ name: 'a/b' }), 'is no port name'],
  [portWith({ name: '..' }), 'is no port name'],
  [portWith({ name: 'tab\t' }), 'is no port name'],
  [portWith({ name: 'x'.repeat(256) }), 'is no port name'],
  [
    portWith({ network: undefined }),
    'document 1, Port vm1, network: is missing; give the name of its network.',
  ],
  [portWith({ mac: undefined }), 'document 1, Port vm1, mac: is missing; give a MAC address like'],
  [
    portWith({ mac: '02:00:00:00:00' }),
    '"02:00:00:00:00" is no MAC address; write it like 02:00:00:00:00:01.',
  ],
  [portWith({ mac: 20_000 }), 'must be text and is 20000; put it in quotes'],
  [portWith({ mac: 'ff:ff:ff:ff:ff:ff' }), 'is a multicast or broadcast address'],
  [portWith({ mac: '01:00:5e:00:00:01' }), 'is a multicast or broadcast address'],
  [portWith({ mac: '00:00:00:00:00:00' }), 'belongs to nobody'],
  [portWith({ ips: '192.168.7.1' }), 'document 1, Port vm1, ips: must be a list like'],
  [portWith({ ips: ['192.168.7.256'] }), '"192.168.7.256" is no IP address; write it like'],
  [portWith({ ips: ['192.168.7.1/24'] }), 'write it without the prefix length'],
  [portWith({ ips: [3_232_237_313] }), 'is no IP address; write it as text in quotes.'],
  [portWith({ ips: ['fd00::1', 'FD00:0::1'] }), 'names fd00::1 twice; name it once.'],
  [portWith({ ips: ['0.0.0.0'] }), 'is no address of a host'],
  [portWith({ ips: ['127.0.0.1'] }), 'is no address of a host'],
  [portWith({ ips: ['224.0.0.1'] }), 'is no address of a host'],
  [portWith({ ips: ['255.255.255.255'] }), 'is no address of a host'],
  [portWith({ ips: ['::'] }), 'is no address of a host'],
  [portWith({ ips: ['ff02::1'] }), 'is no address of a host'],
  [portWith({ ips: Array.from({ length: 65 }, (_, n) => `10.0.0.${n}`) }), 'has 65 addresses'],
];

describe('a manifest of an NVE', () => {
  it('has its name and no more, and may be what was shown', () => {
    const parsed = parseManifests([
      { value: { kind: 'Nve', name: 'hv1', status: { connected: true } }, position: 'document 1' },
    ]);
    expect(parsed).to.deep.equal({ ok: true, value: [{ kind: 'Nve', name: 'hv1' }] });
    expect(problems({ kind: 'Nve', name: 'hv1', index: 7 })).to.have.length(1);
    expect(problems({ kind: 'Nve', name: '..' })[0]).to.include('".." is no NVE name');
  });
});

describe('manifests refuse', () => {
  for (const [value, expected] of REFUSED) {
    it(`${JSON.stringify(value).slice(0, 100)} with one sentence`, () => {
      const found = problems(value);
      expect(found).to.have.length(1);
      expect(found[0]).to.contain(expected);
    });
  }
});

describe('manifests of one file', () => {
  it('may not hold an object twice', () => {
    expect(problems(NETWORK, { ...NETWORK, vni: 7 })).to.deep.equal([
      'document 2, Network blue: is already in document 1; keep one of the two.',
    ]);
  });

  it('count a port that is there twice as one problem', () => {
    expect(problems(PORT, PORT)).to.deep.equal([
      'document 2, Port vm1: is already in document 1; keep one of the two.',
    ]);
  });

  it('may hold a network and a port of one name, and one address in two networks', () => {
    const port = portWith({ name: 'blue', ips: ['10.0.0.1'] });
    const other = portWith({ name: 'vm2', network: 'red', ips: ['10.0.0.1'] });
    expect(problems(NETWORK, port, other)).to.deep.equal([]);
  });

  it('may not give one network the same MAC or IP twice', () => {
    const first = portWith({ ips: ['10.0.0.1', 'fd00::1'] });
    const second = portWith({ name: 'vm2', mac: '02-00-00-00-00-01', ips: ['fd00:0::1'] });
    expect(problems(first, second)).to.deep.equal([
      'document 2, Port vm2, mac: 02:00:00:00:00:01 is already that of Port vm1 in document 1; give each port of network blue its own.',
      'document 2, Port vm2, ips: fd00::1 is already that of Port vm1 in document 1; give each port of network blue its own.',
    ]);
  });
});

describe('references for a deletion', () => {
  const refs = (...values: unknown[]): ReturnType<typeof parseObjectRefs> =>
    parseObjectRefs(values.map((value) => ({ value, position: 'document 1' })));

  it('need kind and name only', () => {
    expect(
      refs({ kind: 'Port', name: 'vm1', mac: 'wrong' }, { kind: 'Nve', name: 'hv1' }),
    ).to.deep.equal({
      ok: true,
      value: [
        { kind: 'Port', name: 'vm1' },
        { kind: 'Nve', name: 'hv1' },
      ],
    });
  });

  it('name what is wrong', () => {
    const result = refs({ kind: 'Prot', name: 'x' }, { kind: 'Port' }, 7);
    expect(result.ok ? [] : result.error.map(({ message }) => message)).to.deep.equal([
      '"Prot" is no kind of object; did you mean Port?',
      'is missing; give the name of the object.',
      'is missing; give Network or Port or Nve or Instance.',
    ]);
  });
});
