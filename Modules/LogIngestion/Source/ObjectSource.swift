public import LogModel

/// A place that holds log bytes: it lists its objects and reads ranges of them.
///
/// Every call ends within a time that the place states for itself, and soon after its task is cancelled.
public protocol ObjectSource: Sendable {
    /// Stable over restarts, and equal on all machines that see the place.
    var id: SourceID { get }

    /// Shows every object of the source to `visit`, a page at a time and each object once, in no promised order.
    ///
    /// A place that does not exist (yet) has no objects. Pages are asked for as `visit` returns, so a slow visitor
    /// holds up the listing and nothing piles up.
    /// - Throws: ``SourceError``, or what `visit` throws.
    func list(_ visit: (ObjectPage) async throws -> Void) async throws

    /// Reads up to `limit` bytes of an object from `offset` on.
    ///
    /// The answer may be shorter than what there is; what matters is what was received. It is empty when the object
    /// has no byte at `offset`.
    /// - Throws: ``SourceError`` `.gone` when the object is no longer there.
    func read(_ object: SourceObject, from offset: Int64, limit: Int) async throws(SourceError) -> ObjectChunk

    /// How many bytes the place keeps of an object behind the end that it shows, where reads of ranges do not reach.
    ///
    /// An append that broke can leave bytes that count for no size and push what is appended later beyond it. It is asked
    /// for objects that look damaged, and may cost as much as reading one of them. Bytes of an append that is on its way
    /// may be among them.
    /// - Throws: ``SourceError`` `.gone` when the object is no longer there.
    func hiddenBytes(of object: SourceObject) async throws(SourceError) -> Int64

    /// Reads up to `limit` bytes of what the place keeps of an object from `offset` on, those behind the end that it shows
    /// included; the chunk's size is how many it keeps.
    ///
    /// It may cost as much as reading all that is before `offset`, so it is asked for objects with hidden bytes only.
    /// - Throws: ``SourceError`` `.gone` when the object is no longer there.
    func readBehindEnd(
        _ object: SourceObject, from offset: Int64, limit: Int
    ) async throws(SourceError) -> ObjectChunk

    /// Shows what lies in folders within the source, which nobody reads, to `visit`, a page at a time; `false` ends it.
    ///
    /// It costs a call for each folder and is asked by people, not at every visit.
    /// - Throws: ``SourceError``, such as `.unavailable` and `.forbidden`; entries may have been shown before that.
    func listFolders(_ visit: ([ForeignEntry]) -> Bool) async throws(SourceError)
}

extension ObjectSource {
    /// How many bytes lie hidden behind an object, without those of an append under way.
    ///
    /// An append under way grows, so the place is asked a second time after two seconds.
    /// - Parameters:
    ///   - object: the object.
    ///   - known: how many of them are known already.
    ///   - ticks: what the wait is measured by.
    /// - Returns: how many more there are.
    /// - Throws: ``SourceError``, or `CancellationError`.
    public func settledHiddenBytes(
        of object: SourceObject, beyond known: Int64 = 0, ticks: any Clock<Duration>
    ) async throws -> Int64 {
        let first = try await hiddenBytes(of: object)
        guard first > known else { return 0 }
        try await ticks.sleep(for: .seconds(2))
        return try await hiddenBytes(of: object) == first ? first - known : 0
    }
}

extension ObjectSource {
    /// Reads a range: a place that hides nothing keeps no more than it shows.
    public func readBehindEnd(
        _ object: SourceObject, from offset: Int64, limit: Int
    ) async throws(SourceError) -> ObjectChunk {
        try await read(object, from: offset, limit: limit)
    }

    /// Shows nothing: a place without folders has none.
    public func listFolders(_ visit: ([ForeignEntry]) -> Bool) async throws(SourceError) {}
}

/// A part of a listing.
public struct ObjectPage: Sendable {
    /// Objects that hold log lines.
    public let objects: [SourceObject]
    /// Entries that nobody reads, most of them since their names are none of ours.
    public let foreign: [ForeignEntry]

    /// Makes a page.
    public init(objects: [SourceObject], foreign: [ForeignEntry] = []) {
        self.objects = objects
        self.foreign = foreign
    }
}

/// An object as a listing shows it.
public struct SourceObject: Sendable, Hashable {
    /// Its name in the source.
    public let key: ObjectKey
    /// What tells this incarnation from another of the same name: a resource id, a device and inode number, an ETag.
    public let identity: String
    /// How many bytes it has, those in flight not counted.
    public let size: Int64
    /// The UTC day that its name says it belongs to.
    public let day: CivilDay?
    /// Which of the day's files of one writer it is, from 1.
    public let fileIndex: Int?
    /// Whether the source says that it never grows: its last line counts without a newline.
    public let isFinal: Bool
    /// Whether a last line without a newline counts as soon as it is a whole JSON object, and waits until then.
    public let takesWholeLastLine: Bool
    /// What the source says of its state, another text after each change of its bytes; `nil` when it says nothing.
    ///
    /// It tells a change that leaves the size as it was.
    public let version: String?
    /// When it was changed last, by the source's clock; `nil` when the source does not say.
    public let changedAt: Timestamp?

    /// Makes a description of an object.
    public init(
        key: ObjectKey, identity: String, size: Int64, day: CivilDay? = nil, fileIndex: Int? = nil,
        isFinal: Bool = false, takesWholeLastLine: Bool = false, version: String? = nil, changedAt: Timestamp? = nil
    ) {
        self.key = key
        self.identity = identity
        self.size = size
        self.day = day
        self.fileIndex = fileIndex
        self.isFinal = isFinal
        self.takesWholeLastLine = takesWholeLastLine
        self.version = version
        self.changedAt = changedAt
    }
}

/// Bytes that were received of an object.
public struct ObjectChunk: Sendable {
    /// Position of the first byte in the object.
    public let offset: Int64
    /// The bytes.
    public let bytes: [UInt8]
    /// How many bytes the object had when they were read.
    public let size: Int64

    /// Makes a chunk.
    public init(offset: Int64, bytes: [UInt8], size: Int64) {
        self.offset = offset
        self.bytes = bytes
        self.size = size
    }

    /// Position after the last byte.
    public var end: Int64 { offset + Int64(bytes.count) }
}

/// Why a source could not be listed or read.
public struct SourceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Reason: Sendable, Hashable {
        /// No answer, a broken one, or a server's failure; the same call may succeed later.
        case unavailable
        /// No answer in time, although the place answers other calls: this object, or this listing, is slow.
        case late
        /// Too many calls; the same call may succeed after the given time.
        case throttled(retryAfter: Duration?)
        /// The source does not accept our credential (401).
        case unauthenticated
        /// Our credential lacks a right (403).
        case forbidden
        /// The object is not there.
        case gone
        /// The source finds the call itself wrong, or answers what no source should.
        case rejected
    }

    /// What kind of failure it is.
    public let reason: Reason
    /// Which call failed and what the source said, for operators; holds no secret.
    public let detail: String

    /// Makes an error.
    public init(_ reason: Reason, detail: String) {
        self.reason = reason
        self.detail = detail
    }

    /// Whether the same call may succeed later.
    public var mayPass: Bool {
        switch reason {
        case .unavailable, .late, .throttled: true
        case .unauthenticated, .forbidden, .gone, .rejected: false
        }
    }

    /// Kind and detail.
    public var description: String { "\(reason): \(detail)" }
}
