/// The store has the schema of an earlier release, and the caller is not one that changes it.
///
/// Processes of the earlier release cannot start on the new schema. So it is changed by what an operator starts for good,
/// and by nothing that only looks.
public struct StoreOutdated: Error, Sendable, CustomStringConvertible {
    /// Which store it is, and what to do.
    public let description: String

    init(_ store: String) {
        description =
            "\(store): start serve, work or dev of this release, which bring it up to date, or use the program of the earlier "
            + "release"
    }
}
