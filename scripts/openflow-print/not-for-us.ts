/**
 * Where the test files do not fit this library: what is not judged, with the reason.
 */
interface Rule {
  /** Of "SECTION: TITLE". */
  readonly cases: RegExp;
  readonly reason: string;
}

const RULES: readonly Rule[] = [
  {
    cases: /the same in other versions: OFPT_FLOW_MOD - OF1\.1/,
    reason:
      'its match is OFPMT_STANDARD, which OpenFlow 1.3 has deprecated: Open vSwitch still takes it, we answer OFPBMC_BAD_TYPE',
  },
];

/** Undefined: it is for us. */
export function reasonAgainst(section: string, title: string): string | undefined {
  return RULES.find(({ cases }) => cases.test(`${section}: ${title}`))?.reason;
}
