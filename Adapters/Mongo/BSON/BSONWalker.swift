/// Goes from member to member of a document's bytes, which stay where they are.
///
/// Each step checks that name and value lie within the document, so a damaged one is an error and never a wild read.
@unsafe struct BSONWalker {
    /// One member; its ranges are of the document's bytes.
    struct Member {
        let kind: UInt8
        let name: Range<Int>
        let value: Range<Int>
    }

    private let bytes: UnsafeRawBufferPointer
    private var at: Int
    private let end: Int

    /// Begins with the first member.
    /// - Throws: ``MalformedDocument`` when the bytes are not as long as they say.
    init(_ bytes: UnsafeRawBufferPointer) throws(MalformedDocument) {
        guard bytes.count >= 5,
            unsafe Int(UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))) == bytes.count,
            unsafe bytes[bytes.count - 1] == 0
        else { throw MalformedDocument(member: "") }
        unsafe self.bytes = unsafe bytes
        unsafe at = 4
        unsafe end = bytes.count - 1
    }

    /// The next member; `nil` behind the last one.
    mutating func next() throws(MalformedDocument) -> Member? {
        guard unsafe at < end else { return nil }
        let kind = unsafe bytes[at]
        let nameStart = unsafe at + 1
        var nameEnd = nameStart
        while unsafe nameEnd < end, unsafe bytes[nameEnd] != 0 { nameEnd += 1 }
        let valueStart = nameEnd + 1
        guard let length = unsafe length(of: kind, at: valueStart), unsafe length <= end - valueStart else {
            throw MalformedDocument(member: unsafe text(nameStart..<nameEnd))
        }
        unsafe at = valueStart + length
        return Member(kind: kind, name: nameStart..<nameEnd, value: valueStart..<valueStart + length)
    }

    /// A name's or a text's characters.
    func text(_ range: Range<Int>) -> String {
        unsafe String(decoding: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }

    /// The first byte of a member's name; 0 when it has none.
    func initial(_ member: Member) -> UInt8 {
        unsafe member.name.isEmpty ? 0 : bytes[member.name.lowerBound]
    }

    /// A number at the start of a value that is long enough for it.
    func load<Number: FixedWidthInteger>(_ type: Number.Type, _ range: Range<Int>) -> Number {
        unsafe Number(littleEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: type))
    }

    /// A part of the document.
    func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
    }

    /// How many bytes a value takes; `nil` when it is of an unknown kind or its length does not fit.
    private func length(of kind: UInt8, at start: Int) -> Int? {
        switch kind {
        case BSONKind.double, BSONKind.date, BSONKind.int64, BSONKind.timestamp: 8
        case BSONKind.int32: 4
        case BSONKind.boolean: 1
        case BSONKind.null, BSONKind.minKey, BSONKind.maxKey: 0
        case BSONKind.objectID: 12
        case BSONKind.decimal: 16
        case BSONKind.string: unsafe prefixed(at: start, extra: 4, least: 1)
        case BSONKind.binary: unsafe prefixed(at: start, extra: 5, least: 0)
        case BSONKind.document, BSONKind.array: unsafe prefixed(at: start, extra: 0, least: 5)
        default: nil
        }
    }

    private func prefixed(at start: Int, extra: Int, least: Int) -> Int? {
        guard unsafe end - start >= 4 else { return nil }
        let length = unsafe Int(load(UInt32.self, start..<start + 4))
        return length >= least ? length + extra : nil
    }
}
