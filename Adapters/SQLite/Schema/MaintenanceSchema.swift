/// Version 7.
enum MaintenanceSchema {
    static let statements = [followers, misses, fields, totals, ends]

    /// How far followers of the records are in each generation.
    static let followers = """
        CREATE TABLE followers (
            follower TEXT NOT NULL,
            generation INTEGER NOT NULL,
            position INTEGER NOT NULL,
            PRIMARY KEY (follower, generation)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX followers_by_generation ON followers (generation);
        """

    /// Records that retention removed before a follower had seen them.
    static let misses = """
        CREATE TABLE follower_misses (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            follower TEXT NOT NULL,
            generation INTEGER NOT NULL,
            lower INTEGER NOT NULL,
            upper INTEGER NOT NULL,
            records INTEGER NOT NULL,
            UNIQUE (follower, generation)
        ) STRICT;
        CREATE INDEX follower_misses_by_generation ON follower_misses (generation);
        """

    /// Paths are bytes: they compare byte by byte, and a NUL ends nothing.
    static let fields = """
        CREATE TABLE fields (
            app INTEGER NOT NULL,
            path BLOB NOT NULL,
            types INTEGER NOT NULL,
            count INTEGER NOT NULL,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            PRIMARY KEY (app, path)
        ) STRICT, WITHOUT ROWID;
        """

    static let totals = """
        CREATE TABLE field_totals (
            app INTEGER NOT NULL PRIMARY KEY,
            paths INTEGER NOT NULL,
            overflow INTEGER NOT NULL
        ) STRICT;
        """

    static let ends = "CREATE INDEX runs_by_end ON runs (finished_at) WHERE finished_at IS NOT NULL"
}
