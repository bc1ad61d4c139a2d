import Testing

@testable import LocalFimidaraAdapter

@Suite("A multipart form")
struct MultipartFormTests {
    /// What a form brings, with adjoining bytes put together.
    private enum Piece: Equatable {
        case began(name: String, isFile: Bool)
        case bytes([UInt8])
        case ended
    }

    private static let boundary = "xYz"

    private static let nasty = Array(
        """
        preamble\r
        --xYz \t\r
        Content-Disposition: form-data; name="other"\r
        \r
        v\r
        --xYz\r
        content-disposition: form-data; name="data"; filename="a\\"b;c.bin"\r
        Content-Type: application/octet-stream\r
        \r
        \r\r
        -\r
        --xY\r
        --x\n--xYz\r
        --xYz\r
        Content-Disposition: form-data; name="data"\r
        \r
        \r
        --xYz--\r
        epilogue --xYz\r

        """.utf8)

    private static let nastyPieces: [Piece] = [
        .began(name: "other", isFile: false), .bytes(Array("v".utf8)), .ended,
        .began(name: "data", isFile: true), .bytes(Array("\r\r\n-\r\n--xY\r\n--x\n--xYz".utf8)), .ended,
        .began(name: "data", isFile: false), .ended,
    ]

    @Test("is read alike however it is cut in two")
    func readAnySplit() throws {
        for cut in 0...Self.nasty.count {
            let pieces = try read([Array(Self.nasty[..<cut]), Array(Self.nasty[cut...])])
            #expect(pieces == Self.nastyPieces, "cut after \(cut) bytes")
        }
    }

    @Test("is read alike in pieces of any one size", arguments: 1...12)
    func readAnyPieceSize(size: Int) throws {
        let chunks = stride(from: 0, to: Self.nasty.count, by: size).map {
            Array(Self.nasty[$0..<min($0 + size, Self.nasty.count)])
        }
        #expect(try read(chunks) == Self.nastyPieces)
    }

    @Test("may begin with its boundary and end without a line break")
    func readPlainForm() throws {
        let form = "--xYz\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\nhello\r\n--xYz--"
        #expect(
            try read([Array(form.utf8)]) == [
                .began(name: "data", isFile: false), .bytes(Array("hello".utf8)), .ended,
            ])
    }

    @Test(
        "is not closed before its last boundary",
        arguments: [
            "", "--xYz", "--xYz\r\n", "--xYz\r\nA: b\r\n\r\nhello", "--xYz\r\nA: b\r\n\r\nhello\r\n--xYz\r\n",
            "--xYz\r\nA: b\r\n\r\nhello\r\n--xYz-",
        ])
    func noticeEarlyEnd(text: String) throws {
        var form = try MultipartForm(contentType: "multipart/form-data; boundary=xYz")
        _ = try form.take(Array(text.utf8))
        #expect(!form.isClosed)
    }

    @Test(
        "is refused when it is malformed",
        arguments: [
            "--xYzmore\r\n", "--xYz\r\nno colon\r\n\r\n", "--xYz\r\n: nameless\r\n\r\n",
            "--xYz\r\nA: " + String(repeating: "a", count: 17_000), String(repeating: "p", count: 9000),
            "--xYz" + String(repeating: " ", count: 70),
        ])
    func refuseMalformed(text: String) throws {
        var form = try MultipartForm(contentType: "multipart/form-data; boundary=xYz")
        #expect(throws: StorageFailure.self) { _ = try form.take(Array(text.utf8)) }
    }

    @Test(
        "needs a content type with a boundary",
        arguments: [
            nil, "", "application/json", "multipart/form-data", "multipart/form-data; boundary=",
            "multipart/form-data; boundary=" + String(repeating: "b", count: 201),
        ])
    func needBoundary(contentType: String?) {
        #expect(throws: StorageFailure.self) { _ = try MultipartForm(contentType: contentType) }
    }

    @Test("may have its boundary in quotes")
    func unquoteBoundary() throws {
        var form = try MultipartForm(contentType: "Multipart/Form-Data; charset=x; Boundary=\"a b\"")
        _ = try form.take(Array("--a b--".utf8))
        #expect(form.isClosed)
    }

    @Test("holds back no more than could be a boundary")
    func passContentOn() throws {
        var form = try MultipartForm(contentType: "multipart/form-data; boundary=xYz")
        _ = try form.take(Array("--xYz\r\nA: b\r\n\r\n".utf8))
        #expect(try form.take(Array("0123456789\r\n--x".utf8)) == [.bytes(Array("0123456789".utf8))])
        #expect(try form.take(Array("!".utf8)) == [.bytes(Array("\r\n--x!".utf8))])
    }

    private func read(_ chunks: [[UInt8]]) throws -> [Piece] {
        var form = try MultipartForm(contentType: "multipart/form-data; boundary=\(Self.boundary)")
        var pieces: [Piece] = []
        for event in try chunks.flatMap({ try form.take($0) }) {
            switch event {
            case .partBegan(let part): pieces.append(.began(name: part.name, isFile: part.isFile))
            case .partEnded: pieces.append(.ended)
            case .bytes(let bytes):
                if case .bytes(let before)? = pieces.last {
                    pieces[pieces.count - 1] = .bytes(before + bytes)
                } else {
                    pieces.append(.bytes(bytes))
                }
            }
        }
        #expect(form.isClosed)
        return pieces
    }
}
