/**
 * `nva serve`: one instance until SIGTERM or SIGINT, which leave the switches forwarding.
 *
 * SIGHUP has two meanings: a process at a terminal has lost it, and stops; a daemon reads the files of TLS again, and
 * goes on also where there are none.
 */
import { isatty } from 'node:tty';
import { packageVersion } from '../cli/version.ts';
import { startInstance } from './compose.ts';
import { loadConfiguration } from './configuration-load.ts';
import { createLog } from './winston-log.ts';

/** As lib/cli documents them: 2 wrong usage, 4 the daemon could not do it. */
const EXIT = { ok: 0, usage: 2, failed: 4 } as const;

export async function serve(request: {
  readonly flags: Readonly<Record<string, string | string[]>>;
}): Promise<number> {
  const loaded = loadConfiguration(request.flags);
  if (!loaded.ok) {
    for (const { where, message } of loaded.error)
      process.stderr.write(`nva: ${where}: ${message}\n`);
    return EXIT.usage;
  }
  const configuration = loaded.value;
  const log = createLog({
    level: configuration['log-level'],
    format: configuration['log-format'],
  });
  const version = packageVersion();
  const isAtTerminal = isatty(0) || isatty(2);
  // From the start: the store may be long in coming, and a reload meanwhile ends nobody.
  let reload = (): void => undefined;
  if (!isAtTerminal) process.on('SIGHUP', () => reload());
  try {
    const instance = await startInstance(configuration, version, log);
    log.info(
      `nva ${version} serves domain ${configuration.domain} as ${configuration.instance}: NVEs at ${instance.listeners.join(', ')}; API at ${instance.api}`,
    );
    reload =
      instance.reload ?? (() => log.info('SIGHUP: without TLS there are no files to read again'));
    const ended = await Promise.race([
      stopSignal(isAtTerminal),
      instance.ended.then((reason) => ({ reason })),
    ]);
    if (typeof ended === 'object') {
      log.error(ended.reason);
      await instance.close();
      return EXIT.failed;
    }
    log.info(`${ended}: stopping; the switches go on forwarding`);
    await instance.close();
    return EXIT.ok;
  } catch (error) {
    process.stderr.write(`nva: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.failed;
  }
}

function stopSignal(isAtTerminal: boolean): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => resolve(signal));
    }
    // Sent by the kernel and by the shell: the second one must not cut the stopping short.
    if (isAtTerminal) process.on('SIGHUP', () => resolve('SIGHUP'));
  });
}
