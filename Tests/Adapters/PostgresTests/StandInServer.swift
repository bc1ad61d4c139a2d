import ServerRig

/// The beginnings of PostgreSQL's protocol, for those who stand in for a server.
extension StandIn {
    /// A message of the server.
    static func message(_ type: Character, _ body: [UInt8], announcing length: Int? = nil) -> [UInt8] {
        let length = UInt32(length ?? body.count + 4)
        return [type.asciiValue ?? 0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + body
    }

    /// An error that ends the connection.
    static func fatal(_ code: String, _ words: String) -> [UInt8] {
        message("E", Array("SFATAL\0VFATAL\0C\(code)\0M\(words)\0\0".utf8))
    }

    /// Takes what a client begins with.
    /// - Returns: whether it asks for TLS; `nil` when it left.
    func takeStart() -> Bool? {
        guard let head = receive(8) else { return nil }
        let length = head.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard length > 8 else { return true }
        return receive(length - 8) == nil ? nil : false
    }

    /// Lets a client in, whoever it is.
    /// - Returns: `false` when it left.
    func letIn() -> Bool {
        guard takeStart() == false else { return false }
        let setting = { (name: String, value: String) in
            StandIn.message("S", Array("\(name)\0\(value)\0".utf8))
        }
        let number = StandIn.message("K", [0, 0, 0, 1, 0, 0, 0, 2])
        return send(
            StandIn.message("R", [0, 0, 0, 0]) + setting("client_encoding", "UTF8") + setting("server_version", "15.0")
                + number + StandIn.message("Z", [UInt8(ascii: "I")]))
    }

    /// A proxy as PgBouncer is one, whose server is gone.
    static let poolerWithoutServer: StandIn.Script = { client in
        guard client.takeStart() != nil else { return }
        client.send(StandIn.fatal("08P01", "server login has been failing, try again later (server_login_retry)"))
    }
}
