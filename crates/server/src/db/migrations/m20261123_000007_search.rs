//! Words of messages, to be found by.
//!
//! PostgreSQL keeps them in a column of the message: as Portuguese stems them, and as they are, for words that were only
//! begun. SQLite keeps them in a full-text table without the texts; its rows are named by a table of places, in the order
//! in which messages came. Both follow each change in the statement that makes it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        for statement in statements {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

/// The kinds with digits are named too: without them a word with a digit keeps its accents. What stands between parts of
/// addresses parts words: `casa.amanhã` is no host to who looks for it.
const POSTGRES: &[&str] = &[
    "CREATE EXTENSION IF NOT EXISTS unaccent",
    "CREATE TEXT SEARCH CONFIGURATION praca_stems (COPY = portuguese)",
    "ALTER TEXT SEARCH CONFIGURATION praca_stems \
     ALTER MAPPING FOR hword, hword_part, word, numword, numhword, hword_numpart, asciiword, asciihword, hword_asciipart \
     WITH unaccent, portuguese_stem",
    "CREATE TEXT SEARCH CONFIGURATION praca_words (COPY = simple)",
    "ALTER TEXT SEARCH CONFIGURATION praca_words \
     ALTER MAPPING FOR hword, hword_part, word, numword, numhword, hword_numpart, asciiword, asciihword, hword_asciipart \
     WITH unaccent, simple",
    "ALTER TABLE messages ADD COLUMN words tsvector \
     GENERATED ALWAYS AS (to_tsvector('praca_stems', translate(body, './@:_+=&?#%-', '            ')) || \
     to_tsvector('praca_words', translate(body, './@:_+=&?#%-', '            '))) STORED",
    "CREATE INDEX ix_messages_words ON messages USING gin (words)",
    "CREATE INDEX ix_messages_newest ON messages (id DESC)",
];

const SQLITE: &[&str] = &[
    "CREATE TABLE message_places (id INTEGER PRIMARY KEY, conversation_id BLOB NOT NULL, seq INTEGER NOT NULL, \
     UNIQUE (conversation_id, seq))",
    "CREATE VIRTUAL TABLE message_words USING fts5(body, content='', contentless_delete=1, \
     tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
    "INSERT INTO message_places (conversation_id, seq) \
     SELECT conversation_id, seq FROM messages WHERE body <> '' ORDER BY id",
    "INSERT INTO message_words (rowid, body) SELECT p.id, m.body FROM message_places p \
     JOIN messages m ON m.conversation_id = p.conversation_id AND m.seq = p.seq",
    "CREATE TRIGGER message_words_added AFTER INSERT ON messages WHEN NEW.body <> '' BEGIN \
       INSERT INTO message_places (conversation_id, seq) VALUES (NEW.conversation_id, NEW.seq); \
       INSERT INTO message_words (rowid, body) VALUES (last_insert_rowid(), NEW.body); \
     END",
    "CREATE TRIGGER message_words_changed AFTER UPDATE OF body ON messages WHEN NEW.body <> OLD.body BEGIN \
       DELETE FROM message_words WHERE OLD.body <> '' AND rowid = \
         (SELECT id FROM message_places WHERE conversation_id = NEW.conversation_id AND seq = NEW.seq); \
       INSERT OR IGNORE INTO message_places (conversation_id, seq) VALUES (NEW.conversation_id, NEW.seq); \
       INSERT INTO message_words (rowid, body) SELECT id, NEW.body FROM message_places \
         WHERE NEW.body <> '' AND conversation_id = NEW.conversation_id AND seq = NEW.seq; \
     END",
];
