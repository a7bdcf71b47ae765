/**
 * Programs of the C test client with a fixed course: changes of single elements, and which tables a server has.
 */
import { Transaction } from '../../protocols/ovsdb/transaction.ts';
import { IdlClient } from './client.ts';
import { PROGRAMS } from './programmed-edits.ts';
import { COLUMNS, DATABASE, PARTIAL, rowText } from './row-text.ts';

export async function runProgram(name: string, remote: string): Promise<void> {
  const program = PROGRAMS[name];
  if (program === undefined) throw new Error(`there is no program ${name}`);
  const { table, steps } = program;
  const client = new IdlClient({ database: DATABASE, remotes: [remote], tables: COLUMNS });
  client.start();
  await client.until(() => client.serial > 0);
  let step = 0;
  const say = (text: string) => process.stdout.write(`${String(step).padStart(3, '0')}: ${text}\n`);
  const print = (words: string) => {
    say(words);
    step++;
    for (const [uuid, row] of client.rows.get(table) ?? []) {
      const text = rowText(table, row, (target, wanted) => client.row(target, wanted), PARTIAL);
      say(table === 'simple2' ? text : `table ${table}: ${text} uuid=${uuid}`);
    }
    const fault = client.inconsistency();
    if (fault !== undefined) say(`inconsistent: ${fault}`);
    step++;
  };
  print('Getting records');
  for (const [words, edit] of steps) {
    const transaction = new Transaction();
    edit(transaction, client);
    // The server tells what changed before it replies.
    await client.transact(transaction);
    print(words);
  }
  say('End test');
  client.close();
}

/** A table, or a column of one, by which two versions of the test schema are told apart. */
const PRESENCE: readonly (readonly [table: string, column?: string])[] = [
  ['simple'],
  ['link1'],
  ['link2'],
  ['simple5'],
  ['simple5', 'irefmap'],
  ['link1', 'l2'],
  ['link1', 'i'],
  ['simple7', 'id'],
];

export async function checkTables(remotes: readonly string[]): Promise<void> {
  for (const remote of remotes) {
    const client = new IdlClient({ database: DATABASE, remotes: [remote], tables: COLUMNS });
    client.start();
    await client.until(() => client.serial > 0);
    for (const [table, column] of PRESENCE) {
      const lacks = client.gaps.some(
        (gap) => gap.table === table && (gap.column === undefined || gap.column === column),
      );
      const what = column === undefined ? `table ${table}` : `col ${column} in table ${table}`;
      process.stdout.write(`${remote} remote ${lacks ? "doesn't have" : 'has'} ${what}\n`);
    }
    process.stdout.write(`--- remote ${remote} done ---\n`);
    client.close();
  }
}
