import { type Kysely, sql } from 'kysely';

/** Codes with which staff log in without their authenticator application, once each. */
export async function recoveryCodes(db: Kysely<unknown>): Promise<void> {
  const steps = [
    sql`create table staff_recovery_code (account_id text not null references staff_account(id),
      code_mac text not null, primary key (account_id, code_mac))`,
  ];
  for (const step of steps) {
    await step.execute(db);
  }
}
