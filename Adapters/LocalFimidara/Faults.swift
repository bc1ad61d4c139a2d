/// Faults of the real server, to be provoked by a test harness.
///
/// They are given at start, in code. No request and no setting can turn them on.
public struct Faults: Sendable {
    /// One fault.
    public enum Fault: Sendable, Hashable {
        /// Appends are refused as the S3 backend refuses them.
        case refuseAppend
        /// Where the answer would be 409, it is 500.
        case hideConflict
        /// The request is carried out and its answer lost.
        case dropReply
        /// The connection breaks after so many bytes of the request's body, or of the answer's when reading.
        case cutBody(afterBytes: Int)
        /// The request waits before anything is done.
        case delay(Duration)
        /// Nothing is done or answered until the client gives up.
        case stall
        /// The token counts as expired.
        case expireToken
        /// Reads show no more than the first bytes of a file, so many, as a replica does that lags behind.
        case showBeginning(bytes: Int64)
    }

    /// The request that a fault may befall.
    public struct Occasion: Sendable, Hashable {
        /// The part of the path behind `/v1/`, for example `files/uploadFile`.
        public let endpoint: String
        /// Whether it is an upload that appends.
        public let isAppend: Bool
    }

    private let choose: @Sendable (Occasion) -> [Fault]

    /// Takes a chooser, which is asked once for each request.
    public init(_ choose: @escaping @Sendable (Occasion) -> [Fault]) {
        self.choose = choose
    }

    /// No faults.
    public static let none = Faults { _ in [] }

    func faults(on occasion: Occasion) -> [Fault] { choose(occasion) }
}
