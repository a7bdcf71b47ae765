/**
 * Judges our words and bytes by the test files of Open vSwitch:
 *
 *   run-theirs.ts CHECKOUT [--only REGEX] [--show N] [--list]
 *
 * CHECKOUT is a source tree of Open vSwitch, of which only tests/ is needed. The judge is the installed ovs-ofctl. What
 * the files feed to it is judged: messages, and the same with other versions' numbers; actions, instructions and matches as
 * flow-mods of 1.3, 1.4 and 1.5; flows, groups and meters in words. Shows the first N differences (10), and a table;
 * --list: also each message whose bytes are not canonical, with the reason.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readCalls } from './calls.ts';
import { actionMessages, type MessageCase, matchMessages, printedMessages } from './cases.ts';
import { judge, NOT_CANONICAL, type Verdict } from './judgement.ts';
import { reasonAgainst } from './not-for-us.ts';
import { installedRelease, JUDGED_RELEASE } from './ovs-ofctl.ts';
import { judgeTexts, type TextVerdict, textCases } from './texts.ts';

const FILES = [
  'ofp-print',
  'ofp-errors',
  'ofp-actions',
  'ovs-ofctl',
  'learn',
  'bundle',
  'nsh',
  'mpls-xlate',
];

interface Row {
  cases: number;
  sameText: number;
  sameBytes: number;
  noBytes: number;
  sameMeaning: number;
  failed: number;
  notForUs: number;
}

const EMPTY_ROW: Row = {
  ...{ cases: 0, sameText: 0, sameBytes: 0, noBytes: 0, sameMeaning: 0, failed: 0, notForUs: 0 },
};

class Report {
  readonly #rows = new Map<string, Row>();
  readonly #reasons = new Map<string, number>();
  readonly differences: string[] = [];
  readonly notCanonical: string[] = [];

  row(section: string): Row {
    const row = this.#rows.get(section) ?? { ...EMPTY_ROW };
    this.#rows.set(section, row);
    return row;
  }

  count(reason: string): void {
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
  }

  get hasFailures(): boolean {
    return [...this.#rows.values()].some(({ failed }) => failed > 0);
  }

  text(): string {
    const heads = [
      'cases',
      'same text',
      'same bytes',
      'refused',
      'same meaning',
      'differ',
      'not for us',
    ];
    const all = { ...EMPTY_ROW };
    for (const row of this.#rows.values()) {
      for (const key of Object.keys(all) as (keyof Row)[]) all[key] += row[key];
    }
    const rows = [...this.#rows, ['all', all] as const];
    const width = Math.max(...rows.map(([section]) => section.length));
    const line = (section: string, cells: readonly (string | number)[]): string =>
      `${section.padEnd(width)}${cells.map((cell, at) => String(cell).padStart((heads[at]?.length ?? 0) + 2)).join('')}`;
    const table = rows.map(([section, row]) =>
      line(section, [
        row.cases,
        row.sameText,
        row.sameBytes,
        row.noBytes,
        row.sameMeaning,
        row.failed,
        row.notForUs,
      ]),
    );
    const reasons = [...this.#reasons].map(
      ([reason, count]) => `${String(count).padStart(6)}  ${reason}`,
    );
    return ['', line('section', heads), ...table, '', ...reasons, ''].join('\n');
  }
}

async function judgeMessages(messages: readonly MessageCase[], report: Report): Promise<void> {
  const verdicts = await judge(messages);
  for (const [index, message] of messages.entries()) {
    const verdict = verdicts[index];
    if (verdict !== undefined) note(message, verdict, report);
  }
}

const CELL_OF_BYTES = {
  same: 'sameBytes',
  none: 'noBytes',
  'same meaning': 'sameMeaning',
  different: undefined,
} as const;

function note(message: MessageCase, { ours, theirs, bytes }: Verdict, report: Report): void {
  const row = report.row(message.section);
  row.cases += 1;
  const cell = CELL_OF_BYTES[bytes.state];
  if (cell !== undefined) row[cell] += 1;
  if (bytes.state === 'same meaning') {
    report.count(`same meaning, other bytes: ${NOT_CANONICAL[bytes.reason]}`);
    report.notCanonical.push(
      `${message.section}: ${message.title}: ${NOT_CANONICAL[bytes.reason]}`,
    );
  }
  if (ours === theirs) row.sameText += 1;
  if (ours === theirs && bytes.state !== 'different') return;
  row.failed += 1;
  const hex = Buffer.from(message.bytes).toString('hex');
  const words = ours === theirs ? '' : `--- ovs-ofctl\n${theirs}--- nva\n${ours}`;
  const detail = bytes.state === 'different' ? `${bytes.detail}\n` : '';
  report.differences.push(`== ${message.section}: ${message.title}\n${hex}\n${words}${detail}`);
}

function noteText({ text, version, theirs, ours, complaint }: TextVerdict, report: Report): void {
  const row = report.row(text.section);
  row.cases += 1;
  if (theirs === ours) {
    row.sameText += 1;
    if (theirs === undefined) row.noBytes += 1;
    else row.sameBytes += 1;
    return;
  }
  row.failed += 1;
  report.differences.push(
    `== ${text.section}: ${text.title}\n${text.command} ${text.text} (wire version ${version})\n` +
      `--- ovs-ofctl\n${theirs ?? 'refused'}\n--- nva\n${ours ?? 'refused'}\n${complaint}\n`,
  );
}

interface Case {
  readonly section: string;
  readonly title: string;
}

async function judgeFile(path: string, file: string, only: RegExp, report: Report): Promise<void> {
  if (!existsSync(path)) return;
  const calls = readCalls(path);
  const isWanted = ({ section, title }: Case) => only.test(`${section}: ${title}`);
  /** Those that are for us; of the others the report is told. */
  const forUs = <Kind extends Case>(cases: readonly Kind[]): Kind[] =>
    cases.filter(isWanted).filter(({ section, title }) => {
      const reason = reasonAgainst(section, title);
      if (reason !== undefined) notForUs(section, reason, report);
      return reason === undefined;
    });
  for (const make of [printedMessages, actionMessages, matchMessages]) {
    const { messages, refused } = make(file, calls);
    for (const { section, reason } of refused.filter(isWanted)) notForUs(section, reason, report);
    await judgeMessages(forUs(messages), report);
  }
  const verdicts = await judgeTexts(forUs(textCases(file, calls)));
  for (const verdict of verdicts) noteText(verdict, report);
}

function notForUs(section: string, reason: string, report: Report): void {
  report.row(section).notForUs += 1;
  report.count(`not for us: ${reason}`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string', default: '' },
      show: { type: 'string', default: '10' },
      list: { type: 'boolean', default: false },
    },
  });
  const [checkout] = positionals;
  if (checkout === undefined || !existsSync(join(checkout, 'tests', 'ofp-print.at'))) {
    throw new Error('name a source tree of Open vSwitch: run-theirs CHECKOUT [--only REGEX]');
  }
  const release = installedRelease();
  if (release !== JUDGED_RELEASE) {
    throw new Error(
      `the judge is ovs-ofctl ${JUDGED_RELEASE}; install openvswitch-common of it (here: ${release ?? 'none'})`,
    );
  }
  const only = new RegExp(values.only, 'i');
  const report = new Report();
  for (const file of FILES) {
    await judgeFile(join(resolve(checkout), 'tests', `${file}.at`), file, only, report);
  }
  process.stdout.write(report.differences.slice(0, Number(values.show)).join('\n'));
  if (values.list) process.stdout.write(`${report.notCanonical.join('\n')}\n`);
  process.stdout.write(report.text());
  process.exitCode = report.hasFailures ? 1 : 0;
}

await main();
