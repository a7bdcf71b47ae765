import { expect } from 'chai';
import {
  type RoleAnswer,
  type RoleRequest,
  SwitchRole,
} from '../../../lib/southbound/switch-role.ts';

const STALE = {
  ...{ type: 'request-failed', xid: 1 },
  error: { type: 'error', errorType: 11, code: 0, data: new Uint8Array(0) },
} as const satisfies RoleAnswer;

const reply = (generationId: bigint): RoleAnswer => ({
  ...{ type: 'reply', xid: 1 },
  message: { type: 'role_reply', role: 'slave', generationId },
});

/** The switch, answered for by the test. */
class Played {
  readonly said: string[] = [];
  readonly asked: { request: RoleRequest; answered: (answer: RoleAnswer) => void }[] = [];
  readonly role = new SwitchRole({
    ask: (request, answered) => this.asked.push({ request, answered }),
    gained: () => this.said.push('gained'),
    lost: (reason) => this.said.push(`lost: ${reason}`),
    stale: (seen) => this.said.push(`stale: ${seen}`),
    refused: (role) => this.said.push(`refused: ${role}`),
  });

  master(generation: bigint): void {
    this.role.want({ role: 'master', generation }, 'not used');
  }

  slave(generation: bigint): void {
    this.role.want({ role: 'slave', generation }, 'the lock is gone');
  }

  requests(): string[] {
    return this.asked.map(({ request }) => `${request.role} ${request.generationId}`);
  }

  answer(index: number, answer: RoleAnswer): void {
    this.asked[index]?.answered(answer);
  }
}

describe('the role on a switch', () => {
  it('is not taken by an answer that comes after the lock was lost', () => {
    const played = new Played();
    played.master(5n);
    played.slave(5n);
    expect(played.requests()).to.deep.equal(['master 5', 'slave 5']);
    played.answer(0, reply(5n));
    expect([played.role.isMaster, played.said]).to.deep.equal([false, []]);
    played.answer(1, reply(5n));
    expect(played.role.isMaster).to.equal(false);
  });

  it('is that of the newest wish when the lock was lost and had again', () => {
    const played = new Played();
    played.master(5n);
    played.slave(5n);
    played.master(7n);
    played.answer(0, reply(5n));
    played.answer(1, reply(5n));
    expect(played.role.isMaster).to.equal(false);
    played.answer(2, reply(7n));
    expect([played.role.isMaster, played.said]).to.deep.equal([true, ['gained']]);
  });

  it('ends at once with the lock, and is asked for once', () => {
    const played = new Played();
    played.master(5n);
    played.master(5n);
    played.answer(0, reply(5n));
    played.slave(5n);
    expect([played.role.isMaster, played.said]).to.deep.equal([
      ...[false, ['gained', 'lost: the lock is gone']],
    ]);
    played.slave(9n);
    expect(played.requests()).to.deep.equal(['master 5', 'slave 5']);
  });

  it('is asked for as slave with the generation that the switch has, when ours is behind', () => {
    const played = new Played();
    played.slave(3n);
    played.answer(0, STALE);
    played.answer(1, reply(8n));
    expect(played.requests()).to.deep.equal(['slave 3', 'nochange 0', 'slave 8']);
    expect(played.said).to.deep.equal([]);
  });

  it('tells the generation that a master must go above, unless the lock was lost while it was asked for', () => {
    const played = new Played();
    played.master(3n);
    played.answer(0, STALE);
    played.answer(1, reply(8n));
    expect(played.said).to.deep.equal(['stale: 8']);
    played.master(9n);
    played.answer(2, STALE);
    played.slave(9n);
    played.answer(3, reply(12n));
    expect(played.said).to.deep.equal(['stale: 8']);
    expect(played.requests().at(-1)).to.equal('slave 9');
  });

  it('asks for nothing again when the lock is gone before the time to take it back', async () => {
    const played = new Played();
    played.master(5n);
    played.answer(0, reply(5n));
    played.role.demoted();
    played.role.demoted();
    expect(played.said).to.deep.equal(['gained', 'lost: another controller took the master role']);
    played.slave(5n);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(played.requests()).to.deep.equal(['master 5', 'slave 5']);
  });

  it('takes the number that a switch without any generation tells for none', () => {
    const played = new Played();
    played.master(3n);
    played.answer(0, STALE);
    played.answer(1, reply(0xffff_ffff_ffff_ffffn));
    expect(played.said).to.deep.equal(['stale: 0']);
  });
});
