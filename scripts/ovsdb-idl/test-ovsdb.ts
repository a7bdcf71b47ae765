/**
 * The program that stands in the place of Open vSwitch's IDL test clients: the same command line, the same lines on
 * stdout, our client.
 *
 *   test-ovsdb [-c] [-tSECONDS] idl SERVER [TRANSACTION...]
 *   test-ovsdb --python -tSECONDS idl SCHEMA SERVER [KEY CERTIFICATE CA] [track-notify] [?TABLE:COLUMNS...] [TRANSACTION...]
 *   test-ovsdb --python idl_passive SCHEMA SERVER [TRANSACTION...]
 *   test-ovsdb --python idl-cluster SCHEMA SERVERS PIDS [COMMAND...]
 *   test-ovsdb idl-partial-update-map-column | idl-partial-update-set-column SERVER
 *   test-ovsdb idl-table-column-check SERVER SERVER
 */
import { Cluster } from './cluster-commands.ts';
import { IdlCommands, type IdlCommandsOptions } from './idl-commands.ts';
import { PROGRAMS } from './programmed-edits.ts';
import { checkTables, runProgram } from './programs.ts';
import { COLUMNS } from './row-text.ts';

const COMMANDS = [
  'idl',
  'idl_passive',
  'idl-cluster',
  'idl-table-column-check',
  ...Object.keys(PROGRAMS),
];

/** "?simple:i,r!?link1:i": only these columns; those with "!" are read when asked for, not monitored. */
function registered(text: string): Record<string, readonly string[]> {
  const tables = text
    .slice(1)
    .split('?')
    .map((part) => {
      const [table = '', columns = ''] = part.split(':');
      return [table, columns.split(',').filter((column) => !column.endsWith('!'))] as const;
    });
  return Object.fromEntries(tables);
}

function idlOptions(
  server: string,
  words: string[],
  options: readonly string[],
): IdlCommandsOptions {
  const remotes = server.split(',');
  const needsTls = remotes.some((remote) => remote.startsWith('ssl:'));
  const [privateKey = '', certificate = '', caCertificate = ''] = needsTls
    ? words.splice(0, 3)
    : [];
  const notifies = words[0] === 'track-notify' && words.shift() !== undefined;
  const isRegistered = words[0]?.startsWith('?') === true && words[0].includes(':');
  return {
    remotes,
    tables: isRegistered ? registered(words.shift() ?? '') : COLUMNS,
    tracks: options.includes('-c'),
    notifies,
    ...(options.includes('-vjsonrpc') ? { log: (text) => process.stderr.write(`${text}\n`) } : {}),
    ...(needsTls ? { tls: { privateKey, certificate, caCertificate } } : {}),
  };
}

async function main(argv: readonly string[]): Promise<void> {
  const at = argv.findIndex((word) => COMMANDS.includes(word));
  if (at === -1) throw new Error(`the commands are ${COMMANDS.join(', ')}`);
  const options = argv.slice(0, at);
  const [command = '', ...words] = argv.slice(at);
  const seconds = Number(options.find((word) => /^-t\d+$/.test(word))?.slice(2) ?? 30);
  const alarm = setTimeout(() => {
    process.stderr.write('took too long\n');
    process.exit(14);
  }, seconds * 1000);
  // Theirs is given the schema there; ours asks the server.
  if (options.includes('--python')) words.shift();
  const server = words.shift() ?? '';
  if (command === 'idl') await new IdlCommands(idlOptions(server, words, options)).run(words);
  else if (command === 'idl_passive') {
    await new IdlCommands(idlOptions(server, words, options)).runPassive(server, words);
  } else if (command === 'idl-cluster') {
    const [pids = '', ...commands] = words;
    await new Cluster(server.split(','), pids.split(',').map(Number)).run(commands);
  } else if (command === 'idl-table-column-check') await checkTables([server, ...words]);
  else await runProgram(command, server);
  clearTimeout(alarm);
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
