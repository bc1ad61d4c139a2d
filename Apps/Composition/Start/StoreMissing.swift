/// There is no store yet, and who asks for one only reads.
public struct StoreMissing: Error, Sendable, CustomStringConvertible {
    /// Where none is, and what to do.
    public let description: String

    init(at place: String) {
        description =
            "no store in \(place): start \"logferry dev\", take a file in with \"logferry ingest\", or name the right "
            + "place with --data-dir or store.url"
    }
}
