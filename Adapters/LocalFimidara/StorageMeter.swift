/// Counts what a store does.
///
/// Its methods are called on any thread and must not block. No argument holds a secret or a name from outside.
public protocol StorageMeter: Sendable {
    /// A request has been answered.
    /// - Parameters:
    ///   - operation: what it asked for; one of ``StorageOperation``.
    ///   - outcome: what came of it.
    ///   - duration: the time until the answer began.
    func requestEnded(_ operation: StorageOperation, _ outcome: StorageOutcome, after duration: Duration)

    /// An upload was committed.
    /// - Parameters:
    ///   - count: the number of its bytes.
    ///   - operation: `uploadFile`, `appendFile` or `uploadPart`.
    func received(_ count: Int64, by operation: StorageOperation)

    /// Bytes of an upload were synchronised with the disk.
    func synchronized(after duration: Duration)

    /// An upload was refused since a limit was reached.
    func refused(by limit: StorageLimit)
}

/// What came of a request.
public enum StorageOutcome: String, Sendable, Hashable, CaseIterable {
    case ok, invalid, unauthenticated, forbidden, missing, conflict
    /// A limit was reached.
    case full
    /// Something failed in the store.
    case failed
    /// The client went away.
    case lost

    /// The outcome that a status stands for.
    init(status: Int) {
        switch status {
        case ..<400: self = .ok
        case 401: self = .unauthenticated
        case 403: self = .forbidden
        case 404: self = .missing
        case 409: self = .conflict
        case ..<500: self = .invalid
        default: self = .failed
        }
    }
}

/// A limit that an upload can reach.
public enum StorageLimit: String, Sendable, Hashable, CaseIterable {
    /// All files together.
    case store
    /// All files of one app's folder.
    case app
    /// One file.
    case file
    /// The number of files.
    case files
    /// The number of uploads in parts.
    case parts
    /// The room on the disk.
    case disk
}

/// What a store can be asked for, in a closed set of words.
public struct StorageOperation: Sendable, Hashable, RawRepresentable, CaseIterable {
    /// The word.
    public let rawValue: String

    /// Takes one of the words; `nil` for any other.
    public init?(rawValue: String) {
        guard StorageOperation.words.contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    private init(word: String) { rawValue = word }

    /// All operations.
    public static let allCases: [StorageOperation] = words.sorted().map { StorageOperation(word: $0) }
    /// A path that is no route.
    static let unknown = StorageOperation(word: "unknown")
    /// An append.
    static let appendFile = StorageOperation(word: "appendFile")
    /// A part of an upload in parts.
    static let uploadPart = StorageOperation(word: "uploadPart")
    /// A whole file.
    static let uploadFile = StorageOperation(word: "uploadFile")

    /// Those that bring bytes.
    public static let uploads: [StorageOperation] = [.appendFile, .uploadFile, .uploadPart]

    private static let words = Set(
        Endpoint.allCases.map(\.name) + ["appendFile", "uploadPart", "unknown"])

    /// The operation of a request that has a route.
    init(_ endpoint: Endpoint, _ request: StorageRequest) {
        if endpoint != .uploadFile {
            self.init(word: endpoint.name)
        } else if request.isAppend {
            self = .appendFile
        } else {
            self = request.isPart ? .uploadPart : .uploadFile
        }
    }
}

extension Endpoint {
    /// The last segment of the path.
    var name: String { String(path.split(separator: "/").last ?? "") }
}

extension StorageRequest {
    /// Whether it is a part of an upload in parts.
    fileprivate var isPart: Bool {
        headers["x-fimidara-multipart-id"] != nil || PercentEncoding.query(query)["clientMultipartId"] != nil
    }
}

/// A meter that counts nothing.
struct NoMeter: StorageMeter {
    func requestEnded(_: StorageOperation, _: StorageOutcome, after _: Duration) {}
    func received(_: Int64, by _: StorageOperation) {}
    func synchronized(after _: Duration) {}
    func refused(by _: StorageLimit) {}
}
