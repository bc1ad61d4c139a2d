/// Version 2.
enum MaintenanceSchema {
    static let statements = [tallies, presentTallies, rejectsByAge, followers, misses, fields, ends]

    /// What lies in a partition of each generation, so that a whole day goes without a look at its rows.
    ///
    /// `records` and `bytes` are what is there now. Lines that were read again lie in the day of their place and were
    /// received later: none of the entry's records before `replayed_from` when it holds nothing else, and none after
    /// `replayed_to`. Without such lines both are NULL, and the day itself says when its records were received.
    private static let tallies = """
        ALTER TABLE receipt_days ADD COLUMN records bigint NOT NULL DEFAULT 0,
            ADD COLUMN bytes bigint NOT NULL DEFAULT 0, ADD COLUMN replayed_from bigint, ADD COLUMN replayed_to bigint;
        ALTER TABLE receipt_days SET (fillfactor = 70);
        CREATE INDEX receipt_days_by_day ON receipt_days (day, generation, lower);
        """

    private static let presentTallies = """
        UPDATE receipt_days AS d SET records = s.records, bytes = s.bytes,
            replayed_to = CASE WHEN s.latest >= (d.day + 1) * \(Partitions.dayLength) THEN s.latest END
        FROM (
            SELECT e.generation, e.lower, count(*) AS records, sum(octet_length(r.line)) AS bytes,
                max(r.received_at) AS latest
            FROM (
                SELECT generation, lower, day,
                    lead(lower, 1, \(Int64.max)) OVER (PARTITION BY generation ORDER BY lower) AS upper
                FROM receipt_days
            ) AS e
            JOIN records AS r ON r.generation = e.generation AND r.received_day = e.day
                AND r.byte_offset >= e.lower AND r.byte_offset < e.upper
            GROUP BY e.generation, e.lower
        ) AS s WHERE s.generation = d.generation AND s.lower = d.lower
        """

    private static let rejectsByAge = "CREATE INDEX rejects_by_age ON rejects (app, received_at)"

    /// How far followers of the records are in each generation.
    private static let followers = """
        CREATE TABLE followers (
            follower text COLLATE "C" NOT NULL,
            generation bigint NOT NULL,
            position bigint NOT NULL,
            PRIMARY KEY (follower, generation)
        ) WITH (fillfactor = 70);
        CREATE INDEX followers_by_generation ON followers (generation);
        """

    /// Records that retention removed before a follower had seen them.
    private static let misses = """
        CREATE TABLE follower_misses (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            follower text COLLATE "C" NOT NULL,
            generation bigint NOT NULL,
            lower bigint NOT NULL,
            upper bigint NOT NULL,
            records bigint NOT NULL,
            UNIQUE (follower, generation)
        );
        CREATE INDEX follower_misses_by_generation ON follower_misses (generation);
        """

    /// Paths are bytes: they compare byte by byte, and the server's texts hold no NUL.
    private static let fields = """
        CREATE TABLE fields (
            app integer NOT NULL,
            path bytea NOT NULL,
            types smallint NOT NULL,
            count bigint NOT NULL,
            first_seen bigint NOT NULL,
            last_seen bigint NOT NULL,
            PRIMARY KEY (app, path)
        ) WITH (fillfactor = 70);
        CREATE TABLE field_totals (
            app integer PRIMARY KEY,
            paths bigint NOT NULL,
            overflow bigint NOT NULL
        );
        """

    private static let ends = "CREATE INDEX runs_by_end ON runs (finished_at) WHERE finished_at IS NOT NULL"
}
