/**
 * Port descriptions; a port's layouts are drawn in ../port.ts.
 *
 *     request:  empty; from OpenFlow 1.5 on port_no:32 | pad 4
 *
 * Source: OpenFlow 1.3.5 §7.3.5.7, OpenFlow 1.5.1 §7.3.5.8.
 */
import { OFPP_ANY } from '../../values/ports.ts';
import { OPENFLOW_15 } from '../../values/version.ts';
import { putPort, readPort } from '../messages/port.ts';
import { checkPort } from '../port-number.ts';
import { requireVersion } from '../require-version.ts';
import { type MultipartCodec, putNumber, readAll, readNumber } from './codec.ts';

export const PORT_DESC: MultipartCodec<'port_desc'> = {
  putRequest: (writer, version, { port }) => {
    requireVersion(version, OPENFLOW_15, port, 'the description of one port');
    if (version >= OPENFLOW_15) putNumber(writer, port ?? OFPP_ANY);
  },
  readRequest: (cursor, version) => {
    if (version < 6) return { kind: 'port_desc' };
    const port = readNumber(cursor, 'a port number');
    checkPort(cursor, port);
    return port === OFPP_ANY ? { kind: 'port_desc' } : { kind: 'port_desc', port };
  },
  putReply: (writer, version, { ports }) => {
    for (const port of ports) putPort(writer, version, port);
  },
  readReply: (cursor, version) => ({
    kind: 'port_desc',
    ports: readAll(cursor, (one) => readPort(one, version)),
  }),
};
