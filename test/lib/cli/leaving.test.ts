import { expect } from 'chai';
import type { ApiClient } from '../../../lib/cli/api-client.ts';
import type { CommandContext } from '../../../lib/cli/command-context.ts';
import { waitForLeaving } from '../../../lib/cli/leaving-wait.ts';
import type { NvePhase, NveView } from '../../../lib/model/views.ts';

interface Run {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: string;
}

const REMARK = { code: 'bridge-stays', message: 'bridge br-int stays' };

/** The NVE shows one phase after the other, and the last one from then on. */
async function leaves(
  phases: readonly (NvePhase | undefined)[],
  seconds = 5,
  isTerminal = true,
): Promise<Run> {
  let asked = 0;
  const view = (): NveView => {
    const phase = phases[Math.min(asked++, phases.length - 1)];
    const status = { ...(phase === undefined ? {} : { phase }), conditions: [REMARK] };
    return { kind: 'Nve', name: 'hv1', status } as unknown as NveView;
  };
  const client = { get: () => Promise.resolve(view()) } as unknown as ApiClient;
  const out: string[] = [];
  let err = '';
  const context = {
    io: {
      errIsTerminal: isTerminal,
      err: (text: string) => {
        err += text;
      },
    },
    paint: (_: unknown, text: string) => text,
    print: (lines: readonly string[]) => out.push(...lines),
  } as unknown as CommandContext;
  const code = await waitForLeaving(context, client, 'hv1', seconds);
  return { code, out, err };
}

describe('waiting for an NVE that leaves', () => {
  it('says each step once on a terminal, and at the end what remains to be known', async () => {
    const run = await leaves([undefined, 'withdrawing', 'leaving', 'flows-taken', 'left']);
    expect(run.code).to.equal(0);
    expect(run.err.trim().split('\n')).to.deep.equal([
      'hv1: withdrawing: the other switches are told not to send to it',
      ...['hv1: taking its flows', 'hv1: flows taken', 'hv1: database clean'],
    ]);
    expect(run.out[0]).to.match(/^hv1 left after .*: nothing of ours is on it$/);
    expect(run.out[1]).to.equal('  bridge br-int stays');
  });

  it('says nothing in between where nobody looks', async () => {
    expect((await leaves(['withdrawing', 'left'], 5, false)).err).to.equal('');
  });

  it('ends with 1 when it has not left in time, or is served again', async () => {
    const late = await leaves(['leaving'], 0.2);
    expect([late.code, late.out[0]]).to.deep.equal([
      1,
      'hv1 has not left within 0.2 s: taking its flows',
    ]);
    const back = await leaves(['withdrawing', undefined]);
    expect([back.code, back.out]).to.deep.equal([1, ['hv1 is served again']]);
  });
});
