/**
 * `make demo`: three hypervisors, two networks with the same addresses, pings over every encapsulation, a verdict.
 *
 *   node dist/scripts/demo.js up      KEEP=1 in the environment leaves the lab up
 *   node dist/scripts/demo.js down    ends a lab that was left up
 *
 * Exit codes: 0 passed, 1 failed or could not run, 2 usage, 128 + n ended by signal n.
 */
import { ExampleManifest } from './demo/manifest.ts';
import { complain, say, show, title } from './demo/report.ts';
import {
  attachTenants,
  joinHypervisors,
  showHints,
  showTables,
  tryEveryEncapsulation,
  waitForPorts,
} from './demo/scenario.ts';
import { type Controller, nvaProgram, projectFile } from './lab/controller.ts';
import { endLab, Lab, LabExists } from './lab/lab.ts';
import { missingPrograms } from './lab/programs.ts';

/** Another one in the environment: another demo beside the first. */
const PREFIX = process.env.LAB_PREFIX ?? 'nva';
const HYPERVISORS = 3;

async function up(keep: boolean): Promise<number> {
  const obstacle = await whatIsMissing();
  if (obstacle !== undefined) {
    complain(obstacle);
    return 1;
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => complain(`${signal}: taking the lab down`));
  }
  const lab = await Lab.open({ prefix: PREFIX, hypervisors: HYPERVISORS, log: say });
  let code = 1;
  try {
    code = await run(lab);
  } catch (error) {
    if (lab.closing) return await new Promise(() => {}); // a signal came: its handler ends the process
    complain(`\nFAILED: ${error instanceof Error ? error.message : String(error)}`);
    showLog(lab.controllers[0]);
  }
  const [controller] = lab.controllers;
  if (keep && controller !== undefined) {
    lab.keep();
    showHints(lab, controller, nvaProgram());
  } else {
    await lab.close();
    say('the lab is down, nothing is left of it');
  }
  return code;
}

async function run(lab: Lab): Promise<number> {
  const manifest = new ExampleManifest(projectFile('examples/two-networks.yaml'));
  const controller = await lab.startController();
  say(`nva serve: embedded store, manager address ${controller.manager}, API ${controller.api}`);
  await joinHypervisors(lab, controller);
  await controller.apply(manifest.text);
  say('nva apply -f examples/two-networks.yaml: the same MACs and IPs in both networks');
  await attachTenants(lab, manifest);
  await waitForPorts(controller, manifest.ports.length);
  const faults = await tryEveryEncapsulation(lab, controller, manifest);
  await showTables(controller);
  if (faults.length > 0) {
    title(`FAILED: ${faults.length} faults`);
    for (const fault of faults) show(`  ${fault}`);
    showLog(controller);
    return 1;
  }
  title('PASSED: the tenants of each network reach each other over VXLAN, Geneve and GRE,');
  show('a broadcast reaches each member once, and the networks stay apart.\n');
  return 0;
}

function showLog(controller: Controller | undefined): void {
  const lines = controller?.logTail() ?? '';
  if (lines !== '') complain(`The last lines of nva's log:\n${lines}`);
}

/** One sentence, or undefined when the demo can run. */
async function whatIsMissing(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) {
    return "make demo needs root, for network namespaces and TAP devices: run it as root, or by 'sudo make demo'.";
  }
  return missingPrograms();
}

async function down(): Promise<number> {
  if (process.getuid?.() !== 0) {
    complain("make demo-down needs root: run it as root, or by 'sudo make demo-down'.");
    return 1;
  }
  const wasUp = await endLab(PREFIX);
  show(wasUp ? 'The demo is down, nothing is left of it.' : 'No demo is up.');
  return 0;
}

async function main(word: string | undefined): Promise<number> {
  if (word === 'up') return up(!['', '0', undefined].includes(process.env.KEEP));
  if (word === 'down') return down();
  complain('usage: demo.js up|down');
  return 2;
}

try {
  process.exit(await main(process.argv[2]));
} catch (error) {
  if (error instanceof LabExists) {
    const remedy = error.kept ? "'make demo-down' ends it" : 'wait for it, or interrupt it';
    complain(`A demo is already up: ${remedy}.`);
  } else {
    complain(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
  }
  process.exit(1);
}
