import Foundation
import Glibc
import Testing

/// Connections that end in the middle of something.
@Suite("Cut connections", .serialized)
struct CutConnectionTests {
    @Test("an append that is cut leaves no bytes and no lock behind")
    func cutAppend() async throws {
        let site = try Site()
        let dev = try await site.startDev()
        let app = try await Application.register("cut", at: site)
        let door = try await app.initialise()
        let file = door.file("2026-11-20")
        let line = Array("{\"n\":1}\n".utf8)
        #expect(try await app.append(line, to: file, with: door.token).status == 200)
        for cut in [10, 300, 5000] {
            let lost = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
            try sendPart(of: lost, count: cut, to: file, credential: door.token, port: site.filesPort)
            var answer = try await app.append(line, to: file, with: door.token)
            // The store learns of the cut when the connection's end reaches it.
            for _ in 0..<200 where answer.status == 409 {
                try await Task.sleep(for: .milliseconds(20))
                answer = try await app.append(line, to: file, with: door.token)
            }
            #expect(answer.status == 200, "\(answer.text)")
        }
        #expect(try await app.committedSize(of: file) == 4 * line.count)
        _ = try await site.consumeToEnd()
        #expect(try await site.storedLines(of: app.name) == Array(repeating: line, count: 4).flatMap { $0 })
        #expect(try await site.stop(dev) == 0)
    }

    /// Begins an upload, sends some bytes of it and closes the connection.
    private func sendPart(of bytes: [UInt8], count: Int, to file: String, credential: String, port: Int) throws {
        let head = "--b\r\nContent-Disposition: form-data; name=\"data\"; filename=\"f\"\r\n\r\n"
        let path = file.replacingOccurrences(of: "/", with: "%2F")
        let request =
            "POST /v1/files/uploadFile/\(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(credential)\r\n"
            + "Content-Type: multipart/form-data; boundary=b\r\nx-fimidara-append: true\r\n"
            + "Content-Length: \(head.utf8.count + bytes.count + 9)\r\n\r\n\(head)"
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw HarnessError("cannot connect: \(String(cString: strerror(errno)))") }
        let part = Array(request.utf8) + bytes.prefix(count)
        let sent = part.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, 0) }
        guard sent == part.count else { throw HarnessError("sent \(sent) of \(part.count) bytes") }
    }
}
