/// How much one short read may do: some milliseconds of work.
enum ShortRead {
    /// How many bytes of lines it may look at, each counted once for each text that is looked for.
    static let bytes = 1 << 20
    /// How many instructions of SQLite's machine it may take, in steps of ``CallClock/step``.
    static let steps = 30

    /// Runs statements that give no part of their answer.
    /// - Returns: what the statements give; `nil` when they were given up since they took too many instructions.
    static func run<Value>(_ work: () throws -> Value) throws -> Value? { try CallClock.run(steps: steps, work) }
}
