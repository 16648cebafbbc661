import { defineEntity, p } from '@mikro-orm/core';
import { Migration } from '@mikro-orm/migrations';
import type { ServiceSchema } from '../service-schema.ts';

export const Note = defineEntity({ name: 'Note', tableName: 'notes', properties: { id: p.text().primary() } });

class M0001Notes extends Migration {
  override up(): void {
    this.addSql('create table notes (id text primary key)');
  }

  override down(): void {
    this.addSql('drop table notes');
  }
}

class M0002NoteIds extends Migration {
  override up(): void {
    this.addSql(`comment on column notes.id is 'its id'`);
  }

  override down(): void {
    this.addSql('comment on column notes.id is null');
  }
}

/** Of a service that has one table. */
export const NOTES_SCHEMA: ServiceSchema = {
  applicationName: 'vigie-notes-svc',
  entities: [Note],
  migrations: [
    { name: '0001-notes', class: M0001Notes },
    { name: '0002-note-ids', class: M0002NoteIds },
  ],
  migrationsTable: 'note_migrations',
  migrationLock: 1,
  canUseTable: 'select from notes limit 0',
};
