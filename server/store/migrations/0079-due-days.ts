import { type Kysely, sql } from 'kysely';
import type { Engine } from '../store.ts';
import { factsOnSqlite, keyOnSqlite } from './0064-gate-records.ts';

/**
 * Each stored status knows the next day on which it changes, and so does the gate's row, since a verbale
 * takes effect when its day begins, with nobody importing anything.
 *
 * Statuses of before were folded by other rules: `refold` has the chore go once through the persons there
 * are, and those with a verbale that lay ahead when they were folded come due at once.
 */
export async function dueDays(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const day =
    engine === 'postgres'
      ? sql`to_char(to_timestamp(ahead.at / 1000.0) at time zone 'UTC', 'YYYY-MM-DD')`
      : sql`strftime('%Y-%m-%d', ahead.at / 1000, 'unixepoch')`;
  const steps = [
    sql`alter table person add column due_on text`,
    sql`alter table gate_record add column due_on text`,
    ...(engine === 'postgres' ? onPostgres : onSqlite),
    // A margin of two days, because days were counted in UTC.
    sql`update person set due_on = ${day} from (
      select v.person_id, min(v.definitive_at) as at from verbale v
        join person p on p.id = v.person_id
        where v.definitive_at > p.updated_at - 172800000 group by v.person_id) ahead
      where ahead.person_id = person.id`,
    sql`create index person_due on person (due_on, id) where due_on is not null`,
    sql`insert into meta (name, value) values ('dueFold', '')`,
    sql`insert into counter (name, value)
      select 'cardRenewed', value from counter where name = 'statusEvent'`,
    sql`insert into meta (name, value)
      select 'refold', '0/' || max(id) from person having max(id) is not null and max(id) > 0`,
  ];
  for (const step of steps) {
    await step.execute(db);
  }
}

const onSqlite = [
  sql`drop trigger credential_to_gate`,
  sql`create trigger credential_to_gate after insert on credential begin
    insert into gate_facts (body)
      select ${factsOnSqlite('status')} from person where id = new.person_id
      on conflict (body) do nothing;
    insert into gate_record (key, credential_id, person_id, code_mac, facts, kind, state,
        expires_at, companion, due_on)
      select ${keyOnSqlite('new.id')}, new.id, p.id, p.code_mac, f.id, new.kind, new.state,
        new.expires_at, new.companion, p.due_on
      from person p join gate_facts f on f.body = ${factsOnSqlite('p.status')}
      where p.id = new.person_id;
    end`,
  sql`drop trigger person_at_gate`,
  sql`create trigger person_at_gate after update of code_mac, status, due_on on person
    when new.code_mac <> old.code_mac or new.status <> old.status or new.due_on is not old.due_on
    begin
    insert into gate_facts (body)
      select ${factsOnSqlite('new.status')}
      where exists (select 1 from credential where person_id = new.id)
      on conflict (body) do nothing;
    update gate_record set code_mac = new.code_mac, due_on = new.due_on,
      facts = (select id from gate_facts where body = ${factsOnSqlite('new.status')})
      where key in (select ${keyOnSqlite('c.id')} from credential c where c.person_id = new.id);
    end`,
];

const onPostgres = [
  sql`create or replace function credential_to_gate() returns trigger language plpgsql as $$
    declare owner record;
    begin
      select id, code_mac, status, due_on into owner from person where id = new.person_id for share;
      insert into gate_record (key, credential_id, person_id, code_mac, facts, kind, state,
          expires_at, companion, due_on)
        values (gate_key(new.id), new.id, owner.id, owner.code_mac, gate_facts_id(owner.status),
          new.kind, new.state, new.expires_at, new.companion, owner.due_on);
      return null;
    end $$`,
  sql`create or replace function person_at_gate() returns trigger language plpgsql as $$
    begin
      update gate_record
        set code_mac = new.code_mac, facts = gate_facts_id(new.status), due_on = new.due_on
        where key in (select gate_key(c.id) from credential c where c.person_id = new.id);
      return null;
    end $$`,
  sql`drop trigger person_at_gate on person`,
  sql`create trigger person_at_gate after update of code_mac, status, due_on on person for each row
    when (new.code_mac <> old.code_mac or new.status <> old.status
      or new.due_on is distinct from old.due_on)
    execute function person_at_gate()`,
];
