import { expect } from 'chai';
import {
  describeServerError,
  readServerError,
  SERVER_ERRORS,
} from '../../../../protocols/ovsdb/values/server-errors.ts';

describe('what a server says when it refuses', () => {
  it('is one of a closed catalogue of 29', () => {
    expect(Object.keys(SERVER_ERRORS)).to.have.length(29);
  });

  for (const code of Object.keys(SERVER_ERRORS).filter((one) => one !== 'unknown')) {
    it(`is known as "${code}", as text and as an object`, () => {
      expect(readServerError(code)).to.deep.equal({ code, details: '' });
      const said = readServerError({ error: code, details: 'why', syntax: '{}' });
      expect(said).to.deep.equal({ code, details: 'why' });
      expect(describeServerError(said)).to.equal(`${code}: why`);
    });
  }

  it('keeps the words that are not in the catalogue', () => {
    const said = readServerError({ error: 'out of cheese', details: 'redo' });
    expect(said).to.deep.equal({ code: 'unknown', details: 'out of cheese: redo' });
    expect(describeServerError(said)).to.equal('out of cheese: redo');
    expect(readServerError('hasOwnProperty').code).to.equal('unknown');
    expect(readServerError('unknown')).to.deep.equal({ code: 'unknown', details: 'unknown' });
    expect(readServerError({ error: 5 }).code).to.equal('unknown');
    expect(readServerError(undefined).code).to.equal('unknown');
  });

  it('of a cluster without its leader is known as such', () => {
    const said = readServerError({ error: 'cluster error', details: 'not leader' });
    expect(said).to.deep.equal({ code: 'not leader', details: 'not leader' });
    expect(readServerError({ error: 'cluster error', details: 'lost leadership' }).code).to.equal(
      'cluster error',
    );
  });

  it('is cut at 500 characters', () => {
    const said = readServerError({ error: 'x'.repeat(10_000), details: 'y' });
    expect(said.details).to.have.length(500);
  });
});
