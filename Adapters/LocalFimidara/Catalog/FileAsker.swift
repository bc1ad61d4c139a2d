/// Who asks whether a file is available.
struct FileAsker: Sendable {
    var agent: String?
    var session: String?
}
