/**
 * Where Open vSwitch's cases do not fit our client: cases that are not run, with the reason, and expected text that is
 * read with other eyes, with the difference.
 */

interface Rule {
  /** Of "FILE: TITLE". */
  readonly cases: RegExp;
  readonly words: string;
}

const NOT_FOR_US: readonly Rule[] = [
  {
    cases: /Compound_index|idl-compound-index/i,
    words:
      'tests ordered indexes over the cache; our replica is looked up by UUID, who needs an order keeps one',
  },
  {
    cases: /Check stream open block/,
    words: 'tests the stream library alone, without a database',
  },
  {
    cases: /many sessions pending/,
    words: 'tests the server: a thousand clients of which the last one changes its condition',
  },
  {
    cases: /backoff-free tries|max-tries of [01] honored/,
    words:
      'we have no tries without back-off and no limit of tries: a connection that is configured is tried for ever',
  },
  {
    cases: /reconnect: (quick|slow) connect, idle disconnect/,
    words:
      'theirs sends no probe before it has tried to read; ours probes at once, and puts off a verdict that comes late',
  },
  {
    cases: /reconnect: passive mode/,
    words: 'our machine is for those who dial; who listens has nothing to wait for',
  },
];

interface Difference extends Rule {
  /** Lines of the expected text that are left out; none when the difference is in what our program prints. */
  readonly without?: RegExp;
}

/** What their machine counts beside what it decides. */
const STATISTICS =
  /^ {2}(in [A-Z]+ for|created|\d+ successful|connected$|disconnected|last connected).*\n/gm;

const DIFFERENCES: readonly Difference[] = [
  {
    cases: /verify notify/,
    words: 'rows of the _Server database are not told as changes but as the event "server"',
    without: /^\d{3}: event:create, row=\{\}, uuid=<\d+>, updates=None\n/gm,
  },
  {
    cases: /^ovsdb-idl: track, simple idl, initially (populated|empty, various ops) - /,
    words:
      'an inserted row with nothing but defaults is told by ours and not by theirs: the program does not print it',
  },
  {
    cases: /^ovsdb-monitor: (monitor .* only|monitor-cond .* due to modify)$/,
    words:
      'our client is told of every kind of change: the program does not print those that are not selected',
  },
  {
    cases: /^ovsdb-monitor: monitor-cond/,
    words:
      'theirs prints the message, ours knows whole rows: the program does not print what the message leaves out',
  },
  {
    cases: /^ovsdb-monitor: monitor /,
    words: 'ours asks by monitor_cond_since, theirs by monitor',
  },
  {
    cases: /^reconnect: .*connection/,
    words:
      'compared without statistics, with no jitter, attempts of 1 s at least (ours: 10 s by default), and a connection proven after 2 s (theirs: the present back-off; ours: 10 s by default)',
    without: STATISTICS,
  },
  {
    cases: /^reconnect: /,
    words:
      'compared without statistics, with no jitter, and attempts of 1 s at least (ours: 10 s by default)',
    without: STATISTICS,
  },
];

function find<R extends Rule>(rules: readonly R[], name: string): R | undefined {
  return rules.find(({ cases }) => cases.test(name));
}

export function reasonAgainst(file: string, title: string): string | undefined {
  return find(NOT_FOR_US, `${file}: ${title}`)?.words;
}

export function differenceOf(file: string, title: string): string | undefined {
  return find(DIFFERENCES, `${file}: ${title}`)?.words;
}

/** The script of a case with the lines that we do not tell taken out of what it expects. */
export function adapted(file: string, title: string, script: string): string {
  const difference = find(DIFFERENCES, `${file}: ${title}`);
  if (difference?.without === undefined) return script;
  return renumbered(script.replace(difference.without, ''));
}

/** UUIDs are numbered in the order of their first appearance: with lines gone there may be gaps. */
function renumbered(script: string): string {
  const numbers = new Map<string, string>();
  return script.replace(/<(\d+)>/g, (mark) => {
    const known = numbers.get(mark) ?? `<${numbers.size}>`;
    numbers.set(mark, known);
    return known;
  });
}
