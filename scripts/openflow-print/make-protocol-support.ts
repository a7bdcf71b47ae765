/** Writes docs/protocol-support.md anew: `make protocol-support`. */
import { writeFileSync } from 'node:fs';
import { protocolSupport } from './protocol-support.ts';

writeFileSync(new URL('../../docs/protocol-support.md', import.meta.url), protocolSupport());
