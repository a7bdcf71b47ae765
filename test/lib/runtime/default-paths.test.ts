import { expect } from 'chai';
import { defaultApiAddress, defaultStoreDirectory } from '../../../lib/runtime/default-paths.ts';

describe('default paths', () => {
  it('are the system’s for root, whatever the environment says', () => {
    const root = { uid: 0, env: { XDG_RUNTIME_DIR: '/run/user/0', XDG_STATE_HOME: '/root/state' } };
    expect(defaultApiAddress(root)).to.equal('unix:/run/nva/nva.sock');
    expect(defaultStoreDirectory(root)).to.equal('/var/lib/nva');
  });

  it('are the user’s own for everybody else', () => {
    const env = { XDG_RUNTIME_DIR: '/run/user/1000', XDG_STATE_HOME: '/state', HOME: '/home/u' };
    expect(defaultApiAddress({ uid: 1000, env })).to.equal('unix:/run/user/1000/nva.sock');
    expect(defaultStoreDirectory({ uid: 1000, env })).to.equal('/state/nva');
  });

  it('follow the specification’s defaults when variables are missing or relative', () => {
    const env = { XDG_RUNTIME_DIR: 'run', XDG_STATE_HOME: 'state', HOME: '/home/u' };
    expect(defaultApiAddress({ uid: 7, env })).to.equal('unix:/run/user/7/nva.sock');
    expect(defaultApiAddress({ uid: 7, env: {} })).to.equal('unix:/run/user/7/nva.sock');
    expect(defaultStoreDirectory({ uid: 7, env })).to.equal('/home/u/.local/state/nva');
  });
});
