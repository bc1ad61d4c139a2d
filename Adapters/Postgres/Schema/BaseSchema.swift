/// Version 1.
///
/// Times are nanoseconds since the epoch, UTC. Days are days since the epoch. Texts that are compared are ordered by
/// their bytes (`COLLATE "C"`), whatever the database's own order is.
enum BaseSchema {
    static let statements = [
        apps, tokens, provisioning, cursors, steps, receiptDays, writers, records, rejects, runs, locks,
    ]

    /// `number` stands for the app in the large tables, where 30 bytes of id per row and index entry would weigh.
    private static let apps = """
        CREATE TABLE apps (
            number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id text COLLATE "C" NOT NULL UNIQUE,
            name text COLLATE "C" NOT NULL,
            created_at bigint NOT NULL,
            deleted_at bigint
        );
        CREATE UNIQUE INDEX apps_by_name ON apps (name) WHERE deleted_at IS NULL;
        """

    private static let tokens = """
        CREATE TABLE client_tokens (
            id text COLLATE "C" PRIMARY KEY,
            app text COLLATE "C" NOT NULL REFERENCES apps (id),
            name text COLLATE "C" NOT NULL,
            scopes smallint NOT NULL,
            digest bytea NOT NULL,
            created_at bigint NOT NULL,
            expires_at bigint,
            revoked_at bigint,
            storage_ended_at bigint
        );
        CREATE INDEX client_tokens_by_app ON client_tokens (app, id);
        CREATE INDEX client_tokens_owed ON client_tokens (revoked_at)
            WHERE revoked_at IS NOT NULL AND storage_ended_at IS NULL;
        """

    /// `instance` is as a client gave it: bytes, since the server's texts hold no NUL.
    private static let provisioning = """
        CREATE TABLE app_grants (
            app text COLLATE "C" PRIMARY KEY,
            folder_path text COLLATE "C" NOT NULL,
            folder text COLLATE "C" NOT NULL,
            permission_group text COLLATE "C" NOT NULL
        );
        CREATE TABLE enrolled_tokens (token text COLLATE "C" PRIMARY KEY);
        CREATE TABLE file_prefixes (
            prefix text COLLATE "C" PRIMARY KEY,
            token text COLLATE "C" NOT NULL,
            instance bytea NOT NULL,
            created_at bigint NOT NULL,
            UNIQUE (token, instance)
        );
        """

    /// `is_latest` marks the last generation of each object: who waits for the row of an ended one finds it unmarked.
    ///
    /// `committed_to` is the highest position that was ever committed, `committed_before` what it was before the latest
    /// commit, and `received_day` the day of the latest entry in `receipt_days`.
    private static let cursors = """
        CREATE TABLE cursors (
            generation bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            source text COLLATE "C" NOT NULL,
            object text COLLATE "C" NOT NULL,
            ordinal bigint NOT NULL,
            is_latest boolean NOT NULL DEFAULT true,
            app integer NOT NULL REFERENCES apps (number),
            identity text COLLATE "C" NOT NULL,
            day bigint,
            file_index bigint,
            reason text NOT NULL,
            position bigint NOT NULL,
            lines bigint NOT NULL,
            digest bytea NOT NULL,
            records bigint NOT NULL,
            record_bytes bigint NOT NULL,
            rejects bigint NOT NULL,
            reject_bytes bigint NOT NULL,
            skips bigint NOT NULL,
            skip_bytes bigint NOT NULL,
            separator_bytes bigint NOT NULL,
            tail_length bigint NOT NULL,
            tail_hash bigint NOT NULL,
            carry bigint NOT NULL,
            size_seen bigint NOT NULL,
            grown_at bigint NOT NULL,
            epoch bigint NOT NULL,
            owner text COLLATE "C",
            lease_end bigint,
            updated_at bigint NOT NULL,
            rewound_from bigint NOT NULL DEFAULT 0,
            committed_to bigint NOT NULL DEFAULT 0,
            committed_before bigint NOT NULL DEFAULT 0,
            received_day bigint,
            UNIQUE (source, object, ordinal),
            CHECK (position = record_bytes + reject_bytes + skip_bytes + separator_bytes)
        ) WITH (fillfactor = 50);
        CREATE UNIQUE INDEX cursors_latest ON cursors (source, object) WHERE is_latest;
        CREATE INDEX cursors_by_app ON cursors (app, generation);
        """

    /// How cursors came to where they are; moves of one claim that follow each other are one row.
    private static let steps = """
        CREATE TABLE cursor_steps (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            generation bigint NOT NULL,
            kind text NOT NULL,
            lower bigint NOT NULL,
            upper bigint NOT NULL,
            epoch bigint NOT NULL,
            owner text COLLATE "C",
            began_at bigint NOT NULL,
            ended_at bigint NOT NULL
        ) WITH (fillfactor = 50);
        CREATE INDEX cursor_steps_by_generation ON cursor_steps (generation, number);
        """

    /// On which day the bytes of a generation from `lower` on, up to the next entry, were first received.
    ///
    /// It makes the partition a function of a record's place.
    private static let receiptDays = """
        CREATE TABLE receipt_days (
            generation bigint NOT NULL,
            lower bigint NOT NULL,
            day bigint NOT NULL,
            PRIMARY KEY (generation, lower)
        );
        """

    /// `taken` are the runs of sequence numbers that were taken, as `1-500,502`.
    private static let writers = """
        CREATE TABLE writers (
            app text COLLATE "C" NOT NULL,
            writer text COLLATE "C" NOT NULL,
            version bigint NOT NULL,
            taken text NOT NULL,
            updated_at bigint NOT NULL,
            PRIMARY KEY (app, writer)
        ) WITH (fillfactor = 50);
        """

    /// One partition for each day of receipt, made when the first record of the day comes.
    ///
    /// `received_day` ends the unique key since the server wants the partition's column in it; since the day follows from
    /// the place, the place alone is unique. `level` ends the index by time so that counts and histograms need no row.
    private static let records = """
        CREATE TABLE records (
            generation bigint NOT NULL,
            byte_offset bigint NOT NULL,
            line_number bigint NOT NULL,
            event_time bigint NOT NULL,
            received_at bigint NOT NULL,
            app integer NOT NULL,
            received_day integer NOT NULL,
            level smallint NOT NULL,
            flags smallint NOT NULL,
            line text COLLATE "C" NOT NULL
        ) PARTITION BY RANGE (received_day);
        CREATE UNIQUE INDEX records_by_place ON records (app, generation, byte_offset, received_day);
        CREATE INDEX records_by_time ON records (app, event_time, generation, byte_offset, level);
        """

    private static let rejects = """
        CREATE TABLE rejects (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            app integer NOT NULL,
            generation bigint NOT NULL,
            lower bigint NOT NULL,
            upper bigint NOT NULL,
            line_number bigint NOT NULL,
            reason text NOT NULL,
            sample bytea NOT NULL,
            received_at bigint NOT NULL,
            UNIQUE (generation, lower)
        );
        CREATE INDEX rejects_by_app ON rejects (app, number);
        CREATE INDEX rejects_by_end ON rejects (generation, upper);
        """

    private static let runs = """
        CREATE TABLE runs (
            id text COLLATE "C" PRIMARY KEY,
            kind text COLLATE "C" NOT NULL,
            started_at bigint NOT NULL,
            finished_at bigint,
            state text NOT NULL,
            apps bigint NOT NULL,
            objects bigint NOT NULL,
            bytes bigint NOT NULL,
            records bigint NOT NULL,
            rejects bigint NOT NULL,
            error text,
            skips text NOT NULL DEFAULT ''
        );
        CREATE INDEX runs_by_kind ON runs (kind, id);
        CREATE INDEX runs_going_on ON runs (kind) WHERE state = 'running';
        """

    private static let locks = """
        CREATE TABLE locks (
            name text COLLATE "C" PRIMARY KEY,
            holder text COLLATE "C",
            fence bigint NOT NULL,
            lease_end bigint NOT NULL
        );
        """
}
