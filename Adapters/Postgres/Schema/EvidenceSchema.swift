/// Version 3.
enum EvidenceSchema {
    static let statements = [evidence, untimed]

    /// What the source said of the object's state when it was last read to its end, and how many bytes lay behind the end
    /// that it shows.
    private static let evidence = """
        ALTER TABLE cursors ADD COLUMN version_seen text COLLATE "C",
            ADD COLUMN hidden_seen bigint NOT NULL DEFAULT 0
        """

    /// How many of a run's records have the time of receipt.
    private static let untimed = "ALTER TABLE runs ADD COLUMN untimed bigint NOT NULL DEFAULT 0"
}
