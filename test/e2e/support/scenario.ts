/**
 * One scenario: a test that ends with every switch holding what it should, and that says what the daemon said when
 * it fails.
 */
import { expect } from 'chai';
import type { Site } from './site.ts';

const LOG_LINES = 15;

/** Like mocha's `it`, on the site that `siteOf` gives when the scenario runs. */
export function scenariosOn(
  siteOf: () => Site,
): (title: string, body: () => Promise<void>) => void {
  return (title, body) => {
    it(title, async () => {
      const site = siteOf();
      try {
        await body();
        await site.controller.must('wait', '--timeout', '40');
        expect(await site.differences(), 'nva flows --diff').to.deep.equal([]);
      } catch (error) {
        await report(site);
        throw error;
      }
    });
  };
}

async function report(site: Site): Promise<void> {
  const differences = await site.differences().catch((error: unknown) => [String(error)]);
  process.stderr.write(
    [
      `--- the last lines of the log of ${site.controller.name}`,
      site.controller.logTail(LOG_LINES),
      '--- nva flows --diff',
      ...differences,
      '---\n',
    ].join('\n'),
  );
}
