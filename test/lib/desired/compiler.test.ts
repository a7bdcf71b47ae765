import { expect } from 'chai';
import fc from 'fast-check';
import { Compiler } from '../../../lib/desired/compiler.ts';
import type { Fragment } from '../../../lib/desired/fragment.ts';
import { compileFull } from '../../../lib/desired/full.ts';
import type { FragmentDelta } from '../../../lib/desired/network-plan.ts';
import { Domain } from '../../../lib/model/domain.ts';
import { history, nveNames } from './arbitrary-domain.ts';

function text(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'bigint' ? member.toString() : member,
  );
}

function sorted(fragments: Iterable<Fragment>): string[] {
  return [...fragments].map(text).sort();
}

function carry(held: Set<Fragment> | undefined, delta: FragmentDelta): void {
  for (const fragment of delta.removed) {
    expect(held?.delete(fragment), `${fragment.cause} was never held`).to.equal(true);
  }
  for (const fragment of delta.added) held?.add(fragment);
}

describe('the incremental compiler', () => {
  it('gives after any history exactly what a full compile gives', () => {
    fc.assert(
      fc.property(history, (batches) => {
        const domain = new Domain();
        const compiler = new Compiler(domain);
        for (const batch of batches) {
          compiler.apply(batch);
          const full = compileFull(domain);
          for (const nve of nveNames) {
            expect(sorted(compiler.desired(nve))).to.deep.equal(sorted(full.get(nve) ?? []));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives deltas that carry each NVE from its old fragments to its new ones', () => {
    fc.assert(
      fc.property(history, (batches) => {
        const compiler = new Compiler(new Domain());
        const held = new Map(nveNames.map((nve) => [nve, new Set<Fragment>()]));
        for (const batch of batches) {
          for (const [nve, delta] of compiler.apply(batch)) carry(held.get(nve), delta);
          for (const nve of nveNames) {
            expect(sorted(held.get(nve) ?? [])).to.deep.equal(sorted(compiler.desired(nve)));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives deltas for those that are wanted, from what it gives when they begin to be', () => {
    const wanting = fc.array(fc.constantFrom(...nveNames), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(history, wanting, (batches, turns) => {
        const held = new Map<string, Set<Fragment>>();
        const compiler = new Compiler(new Domain(), (nve) => held.has(nve));
        batches.forEach((batch, at) => {
          const turn = turns[at % turns.length] ?? '';
          // Wanted or not in turn, each time from what it should hold by then.
          if (!held.delete(turn)) held.set(turn, new Set(compiler.desired(turn)));
          for (const [nve, delta] of compiler.apply(batch)) {
            expect(held.has(nve), nve).to.equal(true);
            carry(held.get(nve), delta);
          }
          for (const [nve, fragments] of held) {
            expect(sorted(fragments)).to.deep.equal(sorted(compiler.desired(nve)));
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  it('gives every NVE of equal capability the same fragment object, so that it is encoded once', () => {
    const compiler = new Compiler(new Domain());
    const deltas = compiler.apply(threeMembers());
    const seen = new Map<Fragment, number>();
    for (const { added } of deltas.values()) {
      for (const fragment of added) seen.set(fragment, (seen.get(fragment) ?? 0) + 1);
    }
    const remote = [...seen].filter(([f]) => f.flows.length === 1 && f.cause.startsWith('port/'));
    expect(remote.map(([, count]) => count)).to.deep.equal([2, 2, 2]);
  });

  it('touches nothing when an equal record comes again', () => {
    const compiler = new Compiler(new Domain());
    compiler.apply(threeMembers());
    expect(compiler.apply(threeMembers()).size).to.equal(0);
  });
});

function threeMembers(): Parameters<Compiler['apply']>[0] {
  const changes = [];
  for (const [index, name] of ['hv1', 'hv2', 'hv3'].entries()) {
    const number = index + 1;
    changes.push(
      {
        key: `nve/${name}`,
        record: {
          kind: 'nve' as const,
          name,
          index: number,
          endpoints: [{ type: 'geneve' as const, ip: `10.9.0.${number}` as never }],
        },
      },
      {
        key: `port/p${number}`,
        record: {
          kind: 'port' as const,
          name: `p${number}`,
          network: 'blue',
          mac: `02:00:00:00:00:0${number}` as never,
          ips: [],
        },
      },
      {
        key: `attachment/p${number}`,
        record: { kind: 'attachment' as const, port: `p${number}`, nve: name, sequence: 0 },
      },
    );
  }
  const network = { kind: 'network' as const, name: 'blue', vni: 5001, vniAllocated: false };
  return [...changes, { key: 'network/blue', record: network }];
}
