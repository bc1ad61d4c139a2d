/// What a store can be asked to do.
enum Endpoint: Sendable, Hashable, CaseIterable {
    /// Bytes come in a form.
    case uploadFile
    /// Bytes are the answer.
    case readFile
    /// JSON in, JSON out.
    case json(JSONEndpoint)

    static let allCases: [Endpoint] = [.uploadFile, .readFile] + JSONEndpoint.allCases.map { .json($0) }

    /// The path behind `/v1/`.
    var path: String {
        switch self {
        case .uploadFile: "files/uploadFile"
        case .readFile: "files/readFile"
        case .json(let endpoint): endpoint.rawValue
        }
    }

    /// The methods that the endpoint answers to.
    var methods: [String] {
        switch self {
        case .uploadFile: ["POST"]
        case .readFile: ["GET", "POST", "HEAD"]
        case .json(let endpoint): [endpoint.method]
        }
    }

    /// Whether a file's path may follow the endpoint in a request's path.
    var takesTail: Bool { self == .uploadFile || self == .readFile }

    /// The endpoint of a path in any case.
    static let byFoldedPath = Dictionary(uniqueKeysWithValues: allCases.map { ($0.path.folded, $0) })
}
