/**
 * Drives our machines of connecting (protocols/base/reconnect) and of liveness (protocols/ovsdb/liveness) by the words
 * of the cases, one a line on stdin, and says what they decide. Time is an argument of the words.
 */
import { Reconnect } from '../../protocols/base/reconnect.ts';
import { Liveness } from '../../protocols/ovsdb/liveness.ts';

/** Theirs: 5 s between probes, back-off from 1 s to 8 s; see ./not-for-us.ts about the other two. */
const PROBE_INTERVAL_MS = 5000;
const OPTIONS = { backoffMinMs: 1000, backoffMaxMs: 8000, provenAfterMs: 2000, attemptMinMs: 1000 };

/** All of the back-off: jitter would take up to half of it away. */
const NO_JITTER = 1;

class Driver {
  #now = 1000;
  #enabled = false;
  readonly #reconnect = new Reconnect(this.#now, OPTIONS);
  #liveness: Liveness | undefined;
  #heardAt = 0;

  line(text: string): void {
    process.stdout.write(`${text}\n`);
    const before = this.#now;
    const [word = '', argument = ''] = text.startsWith('#') ? [] : text.split(' ');
    this.#command(word, argument);
    if (this.#now !== before) process.stdout.write(`\n### t=${this.#now} ###\n`);
  }

  begin(): void {
    process.stdout.write(`### t=${this.#now} ###\n`);
  }

  #command(word: string, argument: string): void {
    switch (word) {
      case 'enable':
        this.#enabled = true;
        break;
      case 'run':
        this.#now += Number(argument);
        this.#run();
        break;
      case 'advance':
        this.#now += Number(argument);
        break;
      case 'timeout':
        this.#advanceToDeadline();
        break;
      case 'connecting':
        this.#reconnect.connecting(this.#now);
        break;
      case 'connected':
        this.#reconnect.connected(this.#now);
        this.#liveness = new Liveness(PROBE_INTERVAL_MS, Number.POSITIVE_INFINITY, this.#now);
        this.#heardAt = this.#now;
        break;
      case 'activity':
        this.#liveness?.heard(this.#now, false, true);
        this.#heardAt = this.#now;
        break;
      case 'connect-failed':
      case 'disconnected':
        this.#liveness = undefined;
        this.#reconnect.lost(this.#now, NO_JITTER, this.#heardAt);
        break;
    }
  }

  #run(): void {
    if (!this.#enabled) return;
    const verdict = this.#liveness?.judge(this.#now);
    const giveUpAt = this.#reconnect.giveUpAt() ?? Number.POSITIVE_INFINITY;
    if (this.#reconnect.isDue(this.#now)) say('should connect');
    else if (verdict === 'probe') say('should send probe');
    else if (verdict === 'silent' || this.#now >= giveUpAt) say('should disconnect');
  }

  #advanceToDeadline(): void {
    const deadline =
      this.#reconnect.deadline() ?? this.#reconnect.giveUpAt() ?? this.#liveness?.deadline();
    if (!this.#enabled || deadline === undefined) {
      say('no timeout');
      return;
    }
    const span = Math.max(0, deadline - this.#now);
    say(`advance ${span} ms`);
    this.#now += span;
  }
}

function say(words: string): void {
  process.stdout.write(`  ${words}\n`);
}

let input = '';
for await (const chunk of process.stdin.setEncoding('utf8')) input += chunk;
const driver = new Driver();
driver.begin();
for (const line of input.replace(/\n$/, '').split('\n')) driver.line(line);
