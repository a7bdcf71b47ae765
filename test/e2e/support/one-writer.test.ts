import { expect } from 'chai';
import { writersOf } from './one-writer.ts';
import { readDatabaseLog, readSwitchLog } from './switch-log.ts';

const C1 = '10.8.0.201';
const C2 = '10.8.0.202';

let line = 0;

function vswitchd(ip: string, text: string): string {
  line += 1;
  return `2026-11-21T10:21:06.${String(line % 1000).padStart(3, '0')}Z|00061|vconn|DBG|tcp:${ip}:6653: ${text}`;
}

const hello = (ip: string) => vswitchd(ip, 'sent (Success): OFPT_HELLO (OF1.5) (xid=0x1):');
const master = (ip: string, generation: number) =>
  vswitchd(
    ip,
    `received: OFPT_ROLE_REQUEST (OF1.5) (xid=0x3): role=primary generation_id=${generation}`,
  );
const slave = (ip: string, generation: number) =>
  master(ip, generation).replace('primary', 'secondary');
const write = (ip: string) =>
  vswitchd(ip, 'received: OFPT_FLOW_MOD (OF1.5) (xid=0x80000001): ADD priority=0 actions=drop');
const refusal = (ip: string) =>
  vswitchd(
    ip,
    'sent (Success): OFPT_ERROR (OF1.5) (xid=0x80000001): OFPBRC_IS_SECONDARY\nOFPT_FLOW_MOD (OF1.5) (xid=0x80000001):',
  );

function ovsdb(ip: string, text: string): string {
  line += 1;
  return `2026-11-21T10:21:06.${String(line % 1000).padStart(3, '0')}Z|00052|jsonrpc|DBG|tcp:${ip}:6640: ${text}`;
}

const granted = (ip: string) => ovsdb(ip, 'send notification, method="locked", params=["nva_d"]');
const lockReply = (ip: string) => ovsdb(ip, 'send reply, result={"locked":true}, id=3');
const stolen = (ip: string) => ovsdb(ip, 'send notification, method="stolen", params=["nva_d"]');
const closed = (ip: string) =>
  ovsdb(ip, 'connection closed by peer').replace('jsonrpc|DBG', 'reconnect|INFO');

function transaction(ip: string, id: number, generation?: number, asserts = true): string {
  const assertion = asserts ? '{"lock":"nva_d","op":"assert"},' : '';
  const ids =
    generation === undefined
      ? ''
      : `{"op":"wait","where":[["external_ids","includes",["map",[["nva-generation","1"]]]]]},{"op":"mutate","mutations":[["external_ids","insert",["map",[["nva-generation","${generation}"]]]]]},`;
  return ovsdb(
    ip,
    `received request, method="transact", params=["Open_vSwitch",${assertion}${ids}{"op":"comment","comment":"nva: words"}], id=${id}`,
  );
}

const done = (ip: string, id: number) => ovsdb(ip, `send reply, result=[{},{"count":1}], id=${id}`);
const notOwner = (ip: string, id: number) =>
  ovsdb(ip, `send reply, result=[{"details":"Asserted lock","error":"not owner"},null], id=${id}`);

/** c1 is master by its own generation 5, then c2 by 7; both write while they are. */
const HONEST_SWITCH = [
  ...[hello(C1), hello(C2), master(C1, 5), write(C1), write(C1)],
  ...[master(C2, 7), write(C1), refusal(C1), write(C2)],
];
const HONEST_DATABASE = [
  ...[lockReply(C1), transaction(C1, 4, 5), done(C1, 4)],
  ...[stolen(C1), granted(C2), transaction(C2, 4, 7), done(C2, 4)],
  ...[transaction(C1, 6), notOwner(C1, 6)],
];

function faultsOf(bridge: readonly string[], database: readonly string[] = HONEST_DATABASE) {
  return writersOf(readSwitchLog(bridge.join('\n')), readDatabaseLog(database.join('\n'))).faults;
}

describe('the proof of one writer', () => {
  it('counts what took effect and what was refused, and finds no fault in an honest log', () => {
    const bridge = readSwitchLog(HONEST_SWITCH.join('\n'));
    const database = readDatabaseLog(HONEST_DATABASE.join('\n'));
    expect(writersOf(bridge, database)).to.deep.equal({
      ...{ faults: [], accepted: 3, refused: 1, masters: 2, master: C2 },
      ...{ committed: 2, aborted: 1 },
    });
  });

  it('catches a write before the master role was asked for, also on a new connection', () => {
    expect(faultsOf([hello(C1), write(C1)])).to.have.length(1);
    expect(faultsOf([...HONEST_SWITCH, hello(C2), write(C2)])[0]).to.include(
      `${C2} wrote without having asked for the master role`,
    );
  });

  it('catches a slave whose write the switch did not refuse', () => {
    const forged = HONEST_SWITCH.filter((text) => !text.includes('OFPBRC_IS_SECONDARY'));
    expect(faultsOf(forged)[0]).to.include(`${C1} wrote as a slave, unrefused`);
  });

  it('takes a request with an old generation for what it is: no change of the master', () => {
    const late = [...HONEST_SWITCH, master(C1, 5), write(C1)];
    expect(faultsOf(late)[0]).to.include(`${C1} wrote as a slave, unrefused`);
    expect(faultsOf([...late, refusal(C1)])).to.deep.equal([]);
  });

  it('knows a master that has made itself a slave, unless its generation was old', () => {
    const bridge = [hello(C1), master(C1, 5), slave(C1, 4), write(C1)];
    expect(faultsOf(bridge)).to.deep.equal([]);
    const later = [...bridge, slave(C1, 5), write(C1)];
    expect(faultsOf(later)[0]).to.include(`${C1} wrote as a slave, unrefused`);
    expect(faultsOf([...later, refusal(C1)])).to.deep.equal([]);
  });

  it('catches two masters of one generation, and one whose generation is another’s', () => {
    const stranger = [hello(C1), hello(C2), master(C1, 5), master(C2, 5)];
    expect(faultsOf(stranger)).to.deep.equal([`${C2} became master by the generation 5 of ${C1}`]);
    expect(faultsOf([hello(C1), master(C1, 7)])).to.deep.equal([
      `${C1} became master by generation 7, which ${C2} put into the database`,
    ]);
    expect(faultsOf([hello(C1), master(C1, 9)])[0]).to.include('nobody put into the database');
  });

  it('catches a transaction that took effect without the lock, and one that does not assert it', () => {
    const forged = HONEST_DATABASE.slice(0, -1);
    expect(faultsOf(HONEST_SWITCH, [...forged, done(C1, 6)])).to.deep.equal([
      `${C1} changed the database while ${C2} held the lock: nva: words`,
    ]);
    const careless = [...HONEST_DATABASE, transaction(C2, 9, undefined, false), done(C2, 9)];
    expect(faultsOf(HONEST_SWITCH, careless)).to.deep.equal([
      `${C2} changed the database without asserting: nva: words`,
    ]);
    const gone = [...HONEST_DATABASE, closed(C2), transaction(C2, 1), done(C2, 1)];
    expect(faultsOf(HONEST_SWITCH, gone)[0]).to.include('while nobody held the lock');
  });

  it('catches a generation that does not rise', () => {
    const again = [...HONEST_DATABASE, transaction(C2, 9, 6), done(C2, 9)];
    expect(faultsOf(HONEST_SWITCH, again)).to.deep.equal([`${C2} put generation 6 after 7`]);
  });
});
