import CPostgres
import LogModel

/// Where the server is and who we are to it, as a `postgres://` URL says.
///
/// The URL goes to libpq as it is, so that all that libpq understands works: TLS (`sslmode`, `sslrootcert`), several
/// hosts, `target_session_attrs`, `passfile`. It holds a password, so it is in no message.
@safe struct ConnectionTarget: Sendable {
    private let url: String
    private let options: String
    private let censor: CredentialCensor
    /// The URL without its credentials and parameters, for messages.
    let shown: String
    /// The servers that the URL names, in its order; one without a name when it names none.
    let places: [ServerPlace]
    /// `connect_timeout` in the URL.
    let connectTimeout: Duration?
    /// Which of the places said nothing lately.
    let silences = SilentPlaces()

    /// What a session begins with; what the URL's own `options` say comes behind and wins.
    ///
    /// Each of our statements has an index to go by; statistics that are missing or old must not make the server read
    /// whole partitions instead. A process that stands still within a transaction holds what it has locked no longer than its
    /// own claims last.
    private static let sessionOptions = [
        "statement_timeout=30s", "lock_timeout=10s", "idle_in_transaction_session_timeout=20s",
        "client_min_messages=error", "enable_seqscan=off", "enable_bitmapscan=off",
    ]

    /// Reads a URL.
    /// - Returns: `nil` when libpq cannot read it.
    init?(_ url: String) {
        // The reason stays unsaid: libpq's words hold the URL.
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://"), !URLCredentials.areAmbiguous(in: url),
            let list = unsafe PQconninfoParse(url, nil)
        else { return nil }
        defer { unsafe PQconninfoFree(list) }
        var given: [String: String] = [:]
        var entry = unsafe list
        while let keyword = unsafe entry.pointee.keyword {
            if let value = unsafe entry.pointee.val {
                unsafe given[String(cString: keyword)] = unsafe String(cString: value)
            }
            unsafe entry += 1
        }
        // libpq finds this out when it connects, and would be asked again and again.
        let ports = (given["port"] ?? "").split(separator: ",")
        guard ports.allSatisfy({ Int($0).map { (1...65_535).contains($0) } ?? false }) else { return nil }
        self.url = url
        censor = CredentialCensor(
            url: Secret(url), passwords: [given["password"], given["sslpassword"]], user: given["user"])
        options =
            ConnectionTarget.sessionOptions.map { "-c \($0)" }.joined(separator: " ")
            + (given["options"].map { " " + $0 } ?? "")
        shown = ConnectionTarget.shown(given)
        places = ServerPlace.all(host: given["host"], address: given["hostaddr"], port: given["port"])
        connectTimeout = given["connect_timeout"].flatMap { Int64($0) }.flatMap {
            // libpq holds it as an int of 32 bits.
            $0 > 0 ? .seconds(min($0, Int64(Int32.max))) : nil
        }
    }

    private static func shown(_ given: [String: String]) -> String {
        let hosts = (given["host"] ?? given["hostaddr"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        let ports = (given["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        let places = hosts.enumerated().map { index, host in
            let port = ports.count == 1 ? ports[0] : index < ports.count ? ports[index] : ""
            let name = host.contains(":") ? "[\(host)]" : String(host)
            return port.isEmpty ? name : "\(name):\(port)"
        }
        return "postgres://\(places.joined(separator: ","))/\(given["dbname"] ?? "")"
    }

    /// The first line of a message, without credentials, should libpq or the server have put them in.
    func censored(_ message: String) -> String { censor.shown(firstLine(of: message)) }

    /// Lends what libpq connects by to the one server of a place.
    ///
    /// Entries before `dbname` are defaults that the URL overrides; those behind it stand.
    func withParameters<Value>(
        to place: ServerPlace,
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value {
        let parameters =
            [
                ("keepalives_idle", "30"), ("keepalives_interval", "10"),
                ("keepalives_count", "3"), ("tcp_user_timeout", "15000"), ("fallback_application_name", "logferry"),
                ("dbname", url), ("options", options), ("client_encoding", "UTF8"),
            ] + place.parameters
        let keywords = CStrings(parameters.map(\.0))
        let values = CStrings(parameters.map(\.1))
        defer { withExtendedLifetime((keywords, values)) {} }
        return unsafe body(keywords.pointers, values.pointers)
    }
}

/// Texts as C wants them, a null pointer behind the last one.
@safe private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private let copies: [UnsafeMutablePointer<CChar>]

    init(_ texts: [String]) {
        unsafe copies = texts.map { text in
            let bytes = Array(text.utf8CString)
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            unsafe copy.initialize(from: bytes, count: bytes.count)
            return unsafe copy
        }
        unsafe pointers = .allocate(capacity: texts.count + 1)
        unsafe pointers.initialize(repeating: nil, count: texts.count + 1)
        for index in texts.indices { unsafe pointers[index] = unsafe UnsafePointer(copies[index]) }
    }

    deinit {
        unsafe copies.forEach { unsafe $0.deallocate() }
        unsafe pointers.deallocate()
    }
}
