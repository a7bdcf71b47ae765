/** `nva serve` */
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { LoadServe } from '../serve-entry.ts';
import { collect } from './apply.ts';

export function addServe(program: Command, context: CommandContext, loadServe: LoadServe): void {
  program
    .command('serve')
    .summary('run the daemon')
    .description(
      'Runs the authority in the foreground until SIGTERM or Ctrl-C; the switches go on forwarding.',
    )
    .option('--config <file>', 'configuration in YAML; flags and NVA_* variables win over it')
    .option('--domain <name>', 'the domain this instance serves')
    .option('--instance <name>', 'the name of this instance in its domain')
    .option(
      '--ovsdb <target>',
      'OVSDB: ptcp:PORT[:IP], pssl:PORT[:IP], tcp:IP:PORT, ssl:IP:PORT or unix:PATH; may be repeated',
      collect,
    )
    .option(
      '--openflow <target>',
      'OpenFlow: ptcp:PORT[:IP] or pssl:PORT[:IP]; may be repeated',
      collect,
    )
    .option('--ca-cert <file>', 'TLS: who signs the certificates of hypervisors')
    .option('--certificate <file>', 'TLS: our own certificate')
    .option('--private-key <file>', 'TLS: its key; the three files are read again when they change')
    .option(
      '--certificate-names <rule>',
      'system-id: a certificate lets in the NVE that it names; any: every NVE',
    )
    .option('--openflow-version-max <version>', '1.5, 1.4 or 1.3: the highest offered to switches')
    .option('--advertise <ip>', 'what NVEs are told to connect to; may be repeated', collect)
    .option(
      '--store <store>',
      'lmdb:DIR, the embedded store; or redis://HOST, rediss://HOST, redis+sentinel://HOST,HOST/MASTERNAME, redis+cluster://HOST,HOST, which several instances share',
    )
    .option('--store-wait-replicas <count>', 'replicas of Redis that must have a change; 0 to 9')
    .option('--store-wait-aof <yes|no>', 'whether the disk of Redis must have a change; Redis 7.2')
    .option('--store-password-file <file>', 'its first line is the password of Redis')
    .option('--api <address>', 'where to serve the API: unix:PATH or http://IP:PORT')
    .option('--log-level <level>', 'error, warn, info or debug')
    .option('--log-format <format>', 'auto, text or json')
    .option('--probe-interval-ms <ms>', 'silence of a peer after which it is asked; 0: never')
    .option('--bfd-interval-ms <ms>', 'between messages on monitored tunnels; 0: none is monitored')
    .option('--audit-interval-s <s>', 'between two looks at what a switch has; 0: never')
    .option('--connections-max <count>', 'connections of NVEs accepted on each listener')
    .option('--manifest-size-max-bytes <bytes>', 'the largest request of the API')
    .option('--feed-revisions-max <count>', 'changes that the store keeps for readers')
    .addHelpText(
      'after',
      `
Examples:
  nva serve
  nva serve --ovsdb ptcp:6640 --openflow ptcp:6653 --advertise 192.0.2.1
  nva serve --config /etc/nva.yaml --log-format json
  nva serve --store redis://192.0.2.9 --instance nva1

  nva serve --ovsdb pssl:6640 --openflow pssl:6653 --ca-cert switchca/cacert.pem \\
    --certificate nva-cert.pem --private-key nva-privkey.pem

On a hypervisor: ovs-vsctl set-manager tcp:ADDRESS:6640 (or ssl:, after ovs-vsctl set-ssl)`,
    )
    .action(
      context.action(async (command) => {
        const { serve } = await loadServe();
        context.io.releaseSignals();
        return (await serve({ flags: flagsOf(command) })) as ExitCode;
      }),
    );
}

/** By long name, as typed; those before the command count too. */
function flagsOf(command: Command): Record<string, string | string[]> {
  const given = command.optsWithGlobals<Record<string, string | string[] | undefined>>();
  const flags: Record<string, string | string[]> = {};
  for (const option of command.options) {
    const value = given[option.attributeName()];
    if (value !== undefined) flags[option.name()] = value;
  }
  return flags;
}
