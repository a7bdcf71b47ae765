import { expect } from 'chai';
import { createLog } from '../../../lib/daemon/winston-log.ts';

describe('the log for people', () => {
  it('writes one line that commands no terminal, whatever a peer calls itself', () => {
    const written: string[] = [];
    const write = process.stderr.write;
    process.stderr.write = (text: string | Uint8Array) => written.push(String(text)) > 0;
    try {
      createLog({ level: 'info', format: 'text' }).warn(
        'hv\n12:00:00.000 info  all is well\u001b[2J',
      );
    } finally {
      process.stderr.write = write;
    }
    expect(written).to.have.length(1);
    expect(written[0]).to.match(/ hv\?12:00:00\.000 info {2}all is well\?\[2J\n$/);
  });
});
