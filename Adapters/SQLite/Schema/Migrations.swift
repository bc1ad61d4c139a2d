import GRDB

/// The versions of the schema.
///
/// A version that was released never changes; what comes later is a new version.
enum Migrations {
    static var all: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001-base") { db in
            for statement in BaseSchema.statements { try db.execute(sql: statement) }
        }
        migrator.registerMigration("0002-writers") { db in
            try db.execute(sql: WriterSchema.writers)
        }
        migrator.registerMigration("0004-history") { db in
            for statement in HistorySchema.statements { try db.execute(sql: statement) }
        }
        migrator.registerMigration("0007-maintenance") { db in
            for statement in MaintenanceSchema.statements { try db.execute(sql: statement) }
        }
        migrator.registerMigration("0009-lease-clock") { db in
            try db.execute(sql: LeaseSchema.clock)
        }
        migrator.registerMigration("0010-evidence") { db in
            for statement in EvidenceSchema.statements { try db.execute(sql: statement) }
        }
        migrator.registerMigration("0011-seals") { db in
            try db.execute(sql: SealSchema.seals)
        }
        return migrator
    }
}

/// Version 1.
///
/// Times are nanoseconds since the epoch, UTC. Days are days since the epoch.
private enum BaseSchema {
    static let statements = [apps, tokens, provisioning, cursors, records, rejects, runs, locks]

    /// `number` stands for the app in the large tables, where 30 bytes of id per row and index entry would weigh.
    static let apps = """
        CREATE TABLE apps (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            deleted_at INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX apps_by_name ON apps (name) WHERE deleted_at IS NULL;
        """

    static let tokens = """
        CREATE TABLE client_tokens (
            id TEXT NOT NULL PRIMARY KEY,
            app TEXT NOT NULL REFERENCES apps (id),
            name TEXT NOT NULL,
            scopes INTEGER NOT NULL,
            digest BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            revoked_at INTEGER,
            storage_ended_at INTEGER
        ) STRICT;
        CREATE INDEX client_tokens_by_app ON client_tokens (app, id);
        CREATE INDEX client_tokens_owed ON client_tokens (revoked_at)
            WHERE revoked_at IS NOT NULL AND storage_ended_at IS NULL;
        """

    static let provisioning = """
        CREATE TABLE app_grants (
            app TEXT NOT NULL PRIMARY KEY,
            folder_path TEXT NOT NULL,
            folder TEXT NOT NULL,
            permission_group TEXT NOT NULL
        ) STRICT;
        CREATE TABLE enrolled_tokens (token TEXT NOT NULL PRIMARY KEY) STRICT;
        CREATE TABLE file_prefixes (
            prefix TEXT NOT NULL PRIMARY KEY,
            token TEXT NOT NULL,
            instance TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            UNIQUE (token, instance)
        ) STRICT;
        """

    static let cursors = """
        CREATE TABLE cursors (
            generation INTEGER PRIMARY KEY AUTOINCREMENT,
            source TEXT NOT NULL,
            object TEXT NOT NULL,
            ordinal INTEGER NOT NULL,
            app TEXT NOT NULL REFERENCES apps (id),
            identity TEXT NOT NULL,
            day INTEGER,
            file_index INTEGER,
            reason TEXT NOT NULL,
            position INTEGER NOT NULL,
            lines INTEGER NOT NULL,
            digest BLOB NOT NULL,
            records INTEGER NOT NULL,
            record_bytes INTEGER NOT NULL,
            rejects INTEGER NOT NULL,
            reject_bytes INTEGER NOT NULL,
            skips INTEGER NOT NULL,
            skip_bytes INTEGER NOT NULL,
            separator_bytes INTEGER NOT NULL,
            tail_length INTEGER NOT NULL,
            tail_hash INTEGER NOT NULL,
            carry INTEGER NOT NULL,
            size_seen INTEGER NOT NULL,
            grown_at INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            owner TEXT,
            lease_end INTEGER,
            updated_at INTEGER NOT NULL,
            UNIQUE (source, object, ordinal),
            CHECK (position = record_bytes + reject_bytes + skip_bytes + separator_bytes)
        ) STRICT;
        CREATE INDEX cursors_by_app ON cursors (app, generation);
        """

    /// A table with row ids, not WITHOUT ROWID: lines of some kilobytes would spill from its inner pages.
    ///
    /// `level` ends the index by time so that counts and histograms need no row.
    static let records = """
        CREATE TABLE records (
            generation INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            app INTEGER NOT NULL,
            line_number INTEGER NOT NULL,
            event_time INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            level INTEGER NOT NULL,
            flags INTEGER NOT NULL,
            line TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX records_by_place ON records (generation, offset);
        CREATE INDEX records_by_time ON records (app, event_time, generation, offset, level);
        """

    static let rejects = """
        CREATE TABLE rejects (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            app INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            lower INTEGER NOT NULL,
            upper INTEGER NOT NULL,
            line_number INTEGER NOT NULL,
            reason TEXT NOT NULL,
            sample BLOB NOT NULL,
            received_at INTEGER NOT NULL,
            UNIQUE (generation, lower)
        ) STRICT;
        CREATE INDEX rejects_by_app ON rejects (app, number);
        CREATE INDEX rejects_by_end ON rejects (generation, upper);
        """

    static let runs = """
        CREATE TABLE runs (
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            finished_at INTEGER,
            state TEXT NOT NULL,
            apps INTEGER NOT NULL,
            objects INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            records INTEGER NOT NULL,
            rejects INTEGER NOT NULL,
            error TEXT
        ) STRICT;
        CREATE INDEX runs_by_kind ON runs (kind, id);
        CREATE INDEX runs_going_on ON runs (kind) WHERE state = 'running';
        """

    static let locks = """
        CREATE TABLE locks (
            name TEXT NOT NULL PRIMARY KEY,
            holder TEXT,
            fence INTEGER NOT NULL,
            lease_end INTEGER NOT NULL
        ) STRICT;
        """
}

/// Version 2.
private enum WriterSchema {
    /// `taken` are the runs of sequence numbers that were taken, as `1-500,502`.
    static let writers = """
        CREATE TABLE writers (
            app TEXT NOT NULL,
            writer TEXT NOT NULL,
            version INTEGER NOT NULL,
            taken TEXT NOT NULL,
            updated_at INTEGER NOT NULL,
            PRIMARY KEY (app, writer)
        ) STRICT, WITHOUT ROWID;
        """
}

/// Version 4.
private enum HistorySchema {
    static let statements = [skips, marks, steps]

    /// The highest position that a cursor was put back from.
    static let marks = "ALTER TABLE cursors ADD COLUMN rewound_from INTEGER NOT NULL DEFAULT 0"

    /// Why objects were left alone, as `gone=1,unchanged=20`.
    static let skips = "ALTER TABLE runs ADD COLUMN skips TEXT NOT NULL DEFAULT ''"

    /// How cursors came to where they are; moves of one claim that follow each other are one row.
    static let steps = """
        CREATE TABLE cursor_steps (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            generation INTEGER NOT NULL,
            kind TEXT NOT NULL,
            lower INTEGER NOT NULL,
            upper INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            owner TEXT,
            began_at INTEGER NOT NULL,
            ended_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX cursor_steps_by_generation ON cursor_steps (generation, number);
        """
}

/// Version 10.
private enum EvidenceSchema {
    static let statements = [versions, hidden, untimed]

    /// What the source said of the object's state when it was last read to its end.
    static let versions = "ALTER TABLE cursors ADD COLUMN version_seen TEXT"

    /// How many bytes lay behind the end that the source shows.
    static let hidden = "ALTER TABLE cursors ADD COLUMN hidden_seen INTEGER NOT NULL DEFAULT 0"

    /// How many of a run's records have the time of receipt.
    static let untimed = "ALTER TABLE runs ADD COLUMN untimed INTEGER NOT NULL DEFAULT 0"
}

/// Version 11.
private enum SealSchema {
    /// Secrets of tokens that were issued under a key, as only that key opens them.
    static let seals = """
        ALTER TABLE client_tokens ADD COLUMN seal BLOB;
        CREATE INDEX client_tokens_sealed ON client_tokens (created_at) WHERE seal IS NOT NULL
        """
}

/// Version 9.
private enum LeaseSchema {
    /// One row: `base` is the time of day at the start of the machine, by which leases are judged until it starts again.
    static let clock = """
        CREATE TABLE lease_clock (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            boot TEXT NOT NULL,
            base INTEGER NOT NULL
        ) STRICT;
        """
}
